import { describe, expect, it } from 'vitest'
import { afterEpoch, initialProgress } from './training-progress.js'
import type { StoppingRule, TrainingProgressState } from './training-progress.js'

const rule: StoppingRule = { epochs: 10, patience: 2, plateau: 0.1, metric: 'auc', isHigherBetter: true }

function run(values: readonly (number | null)[], with_: Partial<StoppingRule> = {}): TrainingProgressState {
  let progress: TrainingProgressState = { ...initialProgress, weightSum: 1 }
  for (const auc of values) progress = { ...afterEpoch(progress, { auc }, { ...rule, ...with_ }), weightSum: 1 }
  return progress
}

describe('afterEpoch', () => {
  it('keeps the first of equal values as the best, so that a tie counts as no improvement', () => {
    expect(run([0.7, 0.7]).best?.epoch).toBe(0)
    expect(run([0.7, 0.7]).epochsWithoutImprovement).toBe(1)
  })

  it('stops after `patience` epochs without improvement and remembers the best', () => {
    const progress = run([0.7, 0.8, 0.79, 0.78])
    expect(progress).toMatchObject({ isFinished: true, best: { epoch: 1, value: 0.8 } })
  })

  it('multiplies the learning rate by `plateau` after each epoch without improvement', () => {
    expect(run([0.8, 0.7]).learningRateScale).toBeCloseTo(0.1, 12)
    expect(run([0.8, 0.9]).learningRateScale).toBe(1)
  })

  it('takes the lower value as better where the metric says so', () => {
    expect(run([0.5, 0.4, 0.45], { isHigherBetter: false }).best).toMatchObject({ epoch: 1, value: 0.4 })
  })

  it('lets an epoch whose metric is undefined beat no other', () => {
    expect(run([null, null]).best?.epoch).toBe(0)
    expect(run([0.7, null]).best?.epoch).toBe(0)
    expect(run([null, 0.1]).best?.epoch).toBe(1)
  })

  it('takes the last epoch as the best without validation rows', () => {
    const first = { ...afterEpoch({ ...initialProgress, weightSum: 1 }, {}, rule), weightSum: 1 }
    expect(afterEpoch(first, {}, rule).best?.epoch).toBe(1)
  })

  it('ends at the last epoch', () => {
    expect(run([0.1, 0.2], { epochs: 2 }).isFinished).toBe(true)
    expect(run([0.1], { epochs: 2 }).isFinished).toBe(false)
  })
})
