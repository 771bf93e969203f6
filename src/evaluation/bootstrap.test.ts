import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomNormal, randomUniform } from '../base/index.js'
import type { BootstrapInterval } from './bootstrap.js'
import { bootstrapInterval, bootstrapMetric } from './bootstrap.js'

const mean = (values: ArrayLike<number>) => (draws: Float32Array) =>
  Array.from(values).reduce((sum, value, i) => sum + value * (draws[i] ?? 0), 0) / values.length

describe('bootstrapInterval', () => {
  it('of a mean is the normal interval: ±1.96 standard errors', () => {
    const values = Float64Array.from({ length: 400 }, (_, i) => randomNormal(3, i))
    const interval = bootstrapInterval(400, mean(values), { resamples: 2000 })
    const own = mean(values)(new Float32Array(400).fill(1))
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - own) ** 2, 0) / 400)
    expect(interval?.value).toBeCloseTo(own, 12)
    // A quantile of 2,000 draws at 2.5 % has a standard error of 0.06 standard errors of the mean; three of them.
    const tolerance = (0.18 * deviation) / 20
    expect(Math.abs((interval?.low ?? 0) - (own - (1.96 * deviation) / 20))).toBeLessThan(tolerance)
    expect(Math.abs((interval?.high ?? 0) - (own + (1.96 * deviation) / 20))).toBeLessThan(tolerance)
  })

  it('covers the true mean in about 90 of 100 experiments at level 0.9', () => {
    let covered = 0
    for (let experiment = 0; experiment < 200; experiment++) {
      const values = Float64Array.from({ length: 60 }, (_, i) => randomNormal(randomKey(experiment, 'values'), i))
      const interval = bootstrapInterval(60, mean(values), { resamples: 200, level: 0.9, seed: experiment })
      if (interval && interval.low <= 0 && interval.high >= 0) covered++
    }
    // Five standard errors of a share of 200 are 0.106.
    expect(covered / 200).toBeGreaterThan(0.79)
    expect(covered / 200).toBeLessThan(0.99)
  })

  it('is a function of its seed, and null where the statistic is undefined', () => {
    const values = Float64Array.of(1, 2, 3, 7)
    expect(bootstrapInterval(4, mean(values))).toEqual(bootstrapInterval(4, mean(values)))
    expect(bootstrapInterval(4, mean(values), { seed: 2 })).not.toEqual(bootstrapInterval(4, mean(values)))
    expect(bootstrapInterval(4, () => null)).toBeNull()
    expect(bootstrapInterval(0, () => 1)).toBeNull()
  })
})

describe('bootstrapMetric', () => {
  const count = 600
  const labels = Float32Array.from({ length: count }, (_, i) => randomInteger(1, i, 2))
  const options = { resamples: 200 }
  const noisy = (noise: number, key: number): Float32Array =>
    Float32Array.from(labels, (label, i) => label + noise * randomNormal(randomKey(key, 'noise'), i))
  const scores = noisy(1, 2)

  it('is narrower for a paired difference than for either model alone', () => {
    // The baseline makes the same errors and some more; what both share cancels in the difference.
    const baseline = Float32Array.from(scores, (score, i) => score + 0.3 * randomNormal(randomKey(3, 'more'), i))
    const width = (interval: BootstrapInterval | null): number => (interval?.high ?? 0) - (interval?.low ?? 0)
    const own = bootstrapMetric('auc', { scores, labels }, options)
    const other = bootstrapMetric('auc', { scores: baseline, labels }, options)
    const paired = bootstrapMetric('auc', { scores, labels, baseline }, options)
    expect(width(paired)).toBeGreaterThan(0)
    expect(width(paired)).toBeLessThan(0.6 * Math.min(width(own), width(other)))
    expect(paired?.value).toBeCloseTo((own?.value ?? 0) - (other?.value ?? 0), 12)
  })

  it('draws whole groups: rows that repeat each other do not narrow the interval', () => {
    const repeat = (values: Float32Array): Float32Array =>
      Float32Array.from({ length: 5 * count }, (_, i) => values[Math.floor(i / 5)] ?? 0)
    const groups = Int32Array.from({ length: 5 * count }, (_, i) => 7 * Math.floor(i / 5))
    const once = bootstrapMetric('auc', { scores, labels }, options)
    const repeated = bootstrapMetric('auc', { scores: repeat(scores), labels: repeat(labels), groups }, options)
    expect(repeated?.low).toBeCloseTo(once?.low ?? 0, 9)
    expect(repeated?.high).toBeCloseTo(once?.high ?? 0, 9)
  })

  it('keeps the weights of rows, counts resamples with one class, and answers null for both classes missing', () => {
    const weights = Float32Array.from(labels, (_, i) => randomUniform(5, i))
    expect(bootstrapMetric('labelMean', { scores, labels, weights })?.value).toBeCloseTo(
      labels.reduce((sum, label, i) => sum + label * (weights[i] ?? 0), 0) / weights.reduce((sum, one) => sum + one, 0),
      9,
    )
    const few = bootstrapMetric('auc', { scores: Float32Array.of(1, 2, 3), labels: Float32Array.of(0, 0, 1) })
    // One positive in three rows is not drawn in (2/3)³ = 30 % of resamples, alone in 4 %.
    expect((few?.undefinedCount ?? 0) / 500).toBeCloseTo(1 / 3, 1)
    expect(bootstrapMetric('auc', { scores, labels: new Float32Array(count) })).toBeNull()
  })
})
