import { describe, expect, it } from 'vitest'
import { lossScales } from './loss-scale.js'

describe('loss reductions', () => {
  const rows = { rowCount: 4, weights: Float32Array.of(0, 0.5, 2, 1.5) }

  it('divide by nothing, by rows, by the sum of weights, by the rows that have a weight', () => {
    expect(lossScales.sum(rows)).toBe(1)
    expect(lossScales.mean(rows)).toBe(1 / 4)
    expect(lossScales.sumOverWeights(rows)).toBe(1 / 4)
    expect(lossScales.sumOverNonzero(rows)).toBe(1 / 3)
    expect(lossScales.sumOverWeights({ rowCount: 1, weights: Float32Array.of(8) })).toBe(1 / 8)
  })

  it('divide nothing by zero', () => {
    const none = { rowCount: 2, weights: new Float32Array(2) }
    expect(lossScales.sumOverWeights(none)).toBe(0)
    expect(lossScales.sumOverNonzero(none)).toBe(0)
  })
})
