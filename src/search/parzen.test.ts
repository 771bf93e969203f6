import { describe, expect, it } from 'vitest'
import { bandwidth, choiceProbabilities, normalBelow, parzenDensity } from './parzen.js'

describe('the Parzen estimator', () => {
  it('has the larger distance to a neighbour or an end as bandwidth, at least half of 1 / (n + 1)', () => {
    expect(bandwidth([0.2, 0.5], 0)).toBeCloseTo(0.3, 12)
    expect(bandwidth([0.2, 0.5], 1)).toBeCloseTo(0.5, 12)
    expect(bandwidth([0.5, 0.5, 0.5], 1)).toBe(0.125)
  })

  it('is the uniform prior without observations', () => {
    const prior = parzenDensity([])
    expect([0, 0.3, 1].map((unit) => prior.density(unit))).toEqual([1, 1, 1])
    expect(prior.draw(7, 0)).not.toBe(prior.draw(7, 1))
  })

  it('agrees with hand arithmetic for one observation in the middle', () => {
    // One kernel N(0.5, 0.5²) with mass P(|Z| ≤ 1) = 0.6826895 inside, and the prior: half of each.
    const one = parzenDensity([0.5])
    expect(one.density(0.5)).toBeCloseTo(0.5 * (1 + 0.3989423 / (0.5 * 0.6826895)), 5)
    expect(one.density(0)).toBeCloseTo(0.5 * (1 + 0.2419707 / (0.5 * 0.6826895)), 5)
  })

  it('integrates to one, and draws what it says', () => {
    const two = parzenDensity([0.05, 0.1, 0.9])
    const places = Array.from({ length: 2000 }, (_, index) => (index + 0.5) / 2000)
    const mass = (to: number): number =>
      places.filter((unit) => unit < to).reduce((sum, unit) => sum + two.density(unit) / 2000, 0)
    expect(mass(1)).toBeCloseTo(1, 4)
    const drawn = Array.from({ length: 4000 }, (_, counter) => two.draw(3, counter))
    expect(drawn.every((unit) => unit >= 0 && unit <= 1)).toBe(true)
    for (const to of [0.15, 0.5, 0.85])
      expect(drawn.filter((unit) => unit < to).length / 4000).toBeCloseTo(mass(to), 1.5)
  })

  it('knows the normal distribution', () => {
    expect(normalBelow(0)).toBeCloseTo(0.5, 6)
    expect(normalBelow(1.959964)).toBeCloseTo(0.975, 6)
    expect(normalBelow(-1)).toBeCloseTo(0.1586553, 6)
  })

  it('counts choices with a prior that weighs as one observation', () => {
    expect(choiceProbabilities([], 4)).toEqual([0.25, 0.25, 0.25, 0.25])
    expect(choiceProbabilities([0, 0, 1], 2)).toEqual([2.5 / 4, 1.5 / 4])
  })
})
