import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomNormal } from '../base/index.js'
import { bootstrapMetric } from './bootstrap.js'
import { compareRepeated, verdictOf } from './repeated-comparison.js'
import type { ScoreDifference } from './repeated-comparison.js'

const count = 800
const labels = Float32Array.from({ length: count }, (_, i) => randomInteger(1, i, 2))
const noisy = (noise: number, key: number): Float32Array =>
  Float32Array.from(labels, (label, i) => label + noise * randomNormal(randomKey(key, 'noise'), i))
const pairs = [[0, 1]] as const
const options = { resamples: 300 }

function compared(own: readonly Float32Array[], other: readonly Float32Array[], metric = 'auc'): ScoreDifference {
  const models = [
    { name: 'own', runs: own },
    { name: 'other', runs: other },
  ]
  const [difference] = compareRepeated({ metric, rows: { labels }, models, pairs }, options)
  if (!difference) throw new Error('no difference')
  return difference
}

describe('compareRepeated', () => {
  it('of one run each is the paired bootstrap of the metric', () => {
    const [scores, baseline] = [noisy(1, 2), noisy(1.4, 3)]
    const one = bootstrapMetric('auc', { scores, baseline, labels }, options)
    const { value, low, high } = compared([scores], [baseline])
    expect({ value, low, high }).toEqual({ value: one?.value, low: one?.low, high: one?.high })
  })

  it('says better, worse and noise, in the direction of the metric', () => {
    const [good, bad] = [noisy(0.8, 4), noisy(2, 5)]
    expect(compared([good], [bad]).verdict).toBe('better')
    expect(compared([bad], [good]).verdict).toBe('worse')
    expect(compared([bad], [good], 'rmse')).toMatchObject({ verdict: 'worse' })
    expect(compared([good], [bad], 'rmse')).toMatchObject({ verdict: 'better' })
    expect(compared([noisy(1, 6)], [noisy(1, 7)]).verdict).toBe('noise')
    expect(verdictOf({ low: 0, high: 1 }, false)).toBe('noise')
  })

  it('compares means over runs, and is wider where runs of one model differ', () => {
    const reference = [noisy(1, 8)]
    const [a, b] = [noisy(0.7, 9), noisy(1.6, 10)]
    const steady = compared([a, a, a], reference)
    const shaky = compared([a, b, a], reference)
    expect(shaky.value).toBeCloseTo((2 * steady.value + compared([b], reference).value) / 3, 12)
    // One run in three is much worse: how often it is drawn moves the mean more than which rows are drawn.
    expect(shaky.high - shaky.low).toBeGreaterThan(1.5 * (steady.high - steady.low))
  })

  it('calls equally good models noise nine times in ten', () => {
    let noise = 0
    for (let one = 0; one < 100; one++) {
      const runs = [0, 1, 2, 3, 4, 5, 6, 7].map((run) => noisy(1, 100 + 8 * one + run))
      if (compared(runs.slice(0, 4), runs.slice(4), 'rmse').verdict === 'noise') noise++
    }
    // 95 is the level. Where each run errs on rows of its own, as here, that luck is counted among rows and among runs, so
    // the interval is rather too wide: 99 were noise when this was written.
    expect(noise).toBeGreaterThanOrEqual(92)
  })

  it('leaves out what is undefined: one class only, or no such metric', () => {
    const models = [{ name: 'own', runs: [noisy(1, 2)] }, { name: 'other', runs: [noisy(1, 3)] }] // prettier-ignore
    expect(compareRepeated({ metric: 'auc', rows: { labels: labels.map(() => 1) }, models, pairs })).toEqual([])
    expect(compareRepeated({ metric: 'beauty', rows: { labels }, models, pairs })).toEqual([])
  })
})
