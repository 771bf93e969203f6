import { describe, expect, it } from 'vitest'
import { dampingOf, tupleWeights } from './tuple-weights.js'

const sums = {
  gradients: Float64Array.of(6, -4, 0.5, 30),
  curvatures: Float64Array.of(4, 2, 3, 1),
  counts: Int32Array.of(20, 10, 12, 3),
}

describe('weights of tuples', () => {
  it('follow hand arithmetic; rare tuples have none', () => {
    // A curvature of 9 over an excess of 36/4 + 16/2 + 0.25/3 − 3 is less than 1.
    expect(dampingOf(sums, { minCount: 10, freedom: 3 })).toBe(1)
    const weights = tupleWeights(sums, { minCount: 10, freedom: 3 })
    expect([...weights].map((weight) => Number(weight.toFixed(12)))).toEqual([
      Number(Math.log(1 + 6 / 5).toFixed(12)),
      Number((-Math.log(1 + 4 / 3)).toFixed(12)),
      Number(Math.log(1 + 0.5 / 4).toFixed(12)),
      NaN,
    ])
  })

  it('are damped by the scatter that chance does not explain, and are none without any', () => {
    const weak = { ...sums, gradients: Float64Array.of(2.5, -1.5, 1.6, 0) }
    const excess = 6.25 / 4 + 2.25 / 2 + 2.56 / 3 - 3
    expect(dampingOf(weak, { minCount: 10, freedom: 3 })).toBeCloseTo(9 / excess, 12)
    // Main effects of one value each on both sides take one degree of freedom.
    expect(dampingOf(weak, { minCount: 10, freedom: 2 })).toBeCloseTo(9 / (excess + 1), 12)
    const nothing = { ...sums, gradients: Float64Array.of(1, -1, 1, 90) }
    expect(dampingOf(nothing, { minCount: 10, freedom: 3 })).toBe(Infinity)
    expect([...tupleWeights(nothing, { minCount: 10, freedom: 3 })]).toEqual([NaN, NaN, NaN, NaN])
  })

  it('never overshoot, where Newton would: rare positives have next to no curvature', () => {
    for (const probability of [0.001, 0.01, 0.1, 0.5, 0.9]) {
      for (const positives of [1, 5, 50, 99]) {
        const rows = 100
        const gradient = positives - rows * probability
        const curvature = rows * probability * (1 - probability)
        const one = {
          gradients: Float64Array.of(gradient),
          curvatures: Float64Array.of(curvature),
          counts: Int32Array.of(rows),
        }
        const [weight = 0] = tupleWeights(one, { minCount: 1, freedom: 1, damping: 1 })
        const odds = (share: number): number => Math.log(share / (1 - share))
        const best = odds(positives / rows) - odds(probability)
        expect(Math.sign(weight)).toBe(Math.sign(gradient))
        expect(Math.abs(weight)).toBeLessThanOrEqual(Math.abs(best))
      }
    }
  })
})
