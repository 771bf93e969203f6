/** Where training stands: part of every checkpoint, so it holds no clock, host or path. */

export interface EpochRecord {
  readonly epoch: number
  /** Weighted mean loss over the epoch's batches, each before its own step. */
  readonly loss: number
  readonly learningRateScale: number
  /** Validation metrics after the epoch; empty without validation rows. */
  readonly metrics: Readonly<Record<string, number | null>>
}

/** What the runs did from whose end a warm start began. */
export interface EarlierTraining {
  readonly steps: number
  readonly epochs: number
}

export interface TrainingProgressState {
  readonly earlier: EarlierTraining
  /** Steps taken so far by this run, over all its epochs. */
  readonly step: number
  /** The epoch in progress, from 0, and the batches of it that are done. */
  readonly epoch: number
  readonly batch: number
  readonly lossSum: number
  readonly weightSum: number
  readonly learningRateScale: number
  readonly epochs: readonly EpochRecord[]
  readonly best: { readonly epoch: number; readonly value: number; readonly checkpoint: string } | null
  readonly epochsWithoutImprovement: number
  readonly isFinished: boolean
}

export const initialProgress: TrainingProgressState = {
  earlier: { steps: 0, epochs: 0 },
  step: 0,
  epoch: 0,
  batch: 0,
  lossSum: 0,
  weightSum: 0,
  learningRateScale: 1,
  epochs: [],
  best: null,
  epochsWithoutImprovement: 0,
  isFinished: false,
}

export interface StoppingRule {
  readonly epochs: number
  readonly patience: number
  readonly plateau: number
  readonly metric: string
  readonly isHigherBetter: boolean
}

/**
 * What an epoch's validation means: whether it is the best so far, whether the learning rate falls, whether training ends.
 * Without validation rows every epoch counts as the best; one whose metric is undefined (a score was NaN) never beats another.
 */
export function afterEpoch(
  progress: TrainingProgressState,
  metrics: EpochRecord['metrics'],
  rule: StoppingRule,
): TrainingProgressState {
  const value = metrics[rule.metric] ?? null
  const isUnjudged = Object.keys(metrics).length === 0
  const isBest =
    isUnjudged ||
    progress.best === null ||
    (value !== null && isBetter(value, progress.best.value, rule.isHigherBetter))
  const record: EpochRecord = {
    epoch: progress.epoch,
    loss: progress.lossSum / progress.weightSum,
    learningRateScale: progress.learningRateScale,
    metrics,
  }
  const withoutImprovement = isBest ? 0 : progress.epochsWithoutImprovement + 1
  return {
    ...progress,
    epoch: progress.epoch + 1,
    batch: 0,
    lossSum: 0,
    weightSum: 0,
    learningRateScale: progress.learningRateScale * (isBest ? 1 : rule.plateau),
    epochs: [...progress.epochs, record],
    best: isBest
      ? {
          epoch: progress.epoch,
          value: value ?? worst(rule),
          checkpoint: checkpointName(progress.epoch + 1, progress.step),
        }
      : progress.best,
    epochsWithoutImprovement: withoutImprovement,
    isFinished: progress.epoch + 1 >= rule.epochs || withoutImprovement >= rule.patience,
  }
}

/** The name of a checkpoint; one inside an epoch and the one that ends it differ, so that none is ever overwritten. */
export const checkpointName = (epoch: number, step: number): string =>
  `epoch-${String(epoch).padStart(4, '0')}-step-${String(step).padStart(10, '0')}`

/** Below everything: what an undefined metric counts as. */
const worst = ({ isHigherBetter }: StoppingRule): number => (isHigherBetter ? -Number.MAX_VALUE : Number.MAX_VALUE)

function isBetter(value: number, best: number, isHigherBetter: boolean): boolean {
  return isHigherBetter ? value > best : value < best
}
