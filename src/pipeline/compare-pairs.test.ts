import { describe, expect, it } from 'vitest'
import { comparedPairs, ladderPairs } from './compare-pairs.js'

describe('comparedPairs', () => {
  it('are all pairs of up to four models, later against earlier', () => {
    expect(comparedPairs([[1], [2], [3]], true)).toEqual([[1, 0], [2, 0], [2, 1]]) // prettier-ignore
    expect(comparedPairs([[1]], true)).toEqual([])
  })

  it('are each against the first and the best of more, in the direction of the metric', () => {
    const values = [[0.5], [0.6], [0.9], [null], [0.4]]
    const against = [[1, 0], [2, 0], [2, 1], [3, 0], [3, 2], [4, 0], [4, 2]] // prettier-ignore
    expect(comparedPairs(values, true)).toEqual(against)
    expect(comparedPairs(values, false)).toContainEqual([4, 3])
    expect(comparedPairs(values, false)).not.toContainEqual([2, 1])
  })
})

describe('ladderPairs', () => {
  it('set joint against ensemble on each rung, and each rung against the last', () => {
    expect(ladderPairs(6)).toEqual([[0, 1], [0, 4], [1, 5], [2, 3], [2, 4], [3, 5], [4, 5]]) // prettier-ignore
    expect(ladderPairs(2)).toEqual([[0, 1]])
  })
})
