import { describe, expect, it } from 'vitest'
import { summarize } from './summary.js'

describe('summarize', () => {
  it('gives the mean and the sample standard deviation, 0 of a single value', () => {
    expect(summarize([2, 4, 6])).toEqual({ mean: 4, deviation: 2 })
    expect(summarize([5])).toEqual({ mean: 5, deviation: 0 })
  })
})
