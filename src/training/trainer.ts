/**
 * The trainer: epochs of steps, validation after each, early stopping, checkpoints. It eats batches and knows neither files
 * nor databases; what it leaves behind is a function of its inputs and the seed.
 */
import type { EncodedFeatures } from '../features/index.js'
import type { Checkpoints } from './checkpoint.js'
import { noTrainingRows } from './errors.js'
import type { ModelParts, ModelState } from './model-state.js'
import { firstOf, whileReading } from './read-ahead.js'
import type { StepProfile } from './step-profile.js'
import { afterEpoch, initialProgress } from './training-progress.js'
import type { EarlierTraining, EpochRecord, TrainingProgressState } from './training-progress.js'
import { createTrainingStep } from './training-step.js'
import type { TrainingBatch } from './training-batch.js'
import type { TrainingStep } from './training-step.js'
import { isAverageDue, updateAverage, withAverage } from './weight-average.js'

export interface TrainingData {
  readonly rowCount: number
  /** The batches of an epoch from `firstBatch` on: the same ones whatever was read before. */
  batches(epoch: number, firstBatch: number): AsyncIterable<TrainingBatch>
}

export type TrainingEvent =
  | {
      readonly kind: 'step'
      readonly step: number
      readonly epoch: number
      readonly batch: number
      readonly batchCount: number
      readonly rowCount: number
      readonly loss: number
    }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly isBest: boolean }
  | { readonly kind: 'checkpoint'; readonly name: string }

export interface TrainerOptions {
  readonly data: TrainingData
  /** Validation metrics of the model as it is; `predict` is the model's. Returns `{}` without validation rows. */
  validate(predict: (features: EncodedFeatures) => Promise<Float32Array>): Promise<EpochRecord['metrics']>
  readonly checkpoints: Checkpoints
  readonly profile: StepProfile
  /** Milliseconds; passed in so that nothing here reaches for a clock. */
  now(): number
  onEvent(event: TrainingEvent): void
  /** Asked to stop: the trainer writes a checkpoint after the steps in progress and returns. */
  readonly signal: AbortSignal
  /** What was done before, where the state is that of an earlier run; the default is nothing. */
  readonly earlier?: EarlierTraining
  /** Pause once so many epochs are done; a later call with more goes on as if there had been no pause. */
  readonly pauseAfter?: number
}

/** Trains to the end or to the signal; resumes from the latest checkpoint when there is one. */
export async function trainModel(
  parts: ModelParts,
  state: ModelState,
  options: TrainerOptions,
): Promise<TrainingProgressState> {
  if (options.data.rowCount === 0) throw noTrainingRows({ split: 'training' })
  const { pauseAfter = Infinity, earlier = initialProgress.earlier } = options
  const latest = options.checkpoints.latest()
  let progress = latest ? await options.checkpoints.restore(latest, state) : { ...initialProgress, earlier }
  // Also where training goes on from a later one.
  const firstBatch = await firstOf(options.data.batches(0, 0))
  const step = await createTrainingStep(parts, state, options.profile, firstBatch)
  try {
    while (!progress.isFinished && !options.signal.aborted && progress.epoch < pauseAfter) {
      progress = await trainEpoch({ parts, state, options, step }, progress)
    }
    return progress
  } finally {
    await step.close()
  }
}

interface TrainerContext {
  readonly parts: ModelParts
  readonly state: ModelState
  readonly options: TrainerOptions
  readonly step: TrainingStep
}

async function trainEpoch(context: TrainerContext, start: TrainingProgressState): Promise<TrainingProgressState> {
  const { options, parts, step, state } = context
  const save = async (reached: TrainingProgressState): Promise<void> => {
    options.onEvent({ kind: 'checkpoint', name: await options.checkpoints.save(state, reached) })
  }
  const due = checkpointTimer(context)
  const stepsOfEpoch = Math.ceil(options.data.rowCount / parts.spec.batchSize)
  const stepCount = parts.spec.epochs * stepsOfEpoch
  const averageMemory = parts.spec.averaging * stepsOfEpoch
  const { earlier, learningRateScale } = start
  const epoch = earlier.epochs + start.epoch
  let progress = start
  let begun = start.step
  let ending = Promise.resolve()
  await whileReading(options.data.batches(epoch, start.batch), async (batch) => {
    const position = { epoch, step: begun++, earlierSteps: earlier.steps, stepCount, learningRateScale }
    const { loss } = await step.begin(batch, position)
    ending = loss.then((value) => {
      progress = advance(progress, batch, value)
      reportStep(context, progress, { rowCount: batch.rowCount, loss: value })
    })
    // A rejection is met below, or where the next step begins.
    ending.catch(() => undefined)
    const average = { step: begun, memory: averageMemory }
    const isDue = due(begun)
    if (isDue || isAverageDue(state, average)) {
      // Weights are copied at rest only.
      await ending
      updateAverage(state, average)
      if (isDue && !options.signal.aborted) await save(progress)
    }
    return !options.signal.aborted
  })
  await ending
  if (options.signal.aborted) {
    await save(progress)
    return progress
  }
  const metrics = await withAverage(state, () => options.validate((features) => step.predict(features)))
  const next = afterEpoch(progress, metrics, parts.spec)
  await save(next)
  const record = next.epochs.at(-1)
  if (record) options.onEvent({ kind: 'epoch', record, isBest: next.best?.epoch === record.epoch })
  return next
}

function advance(progress: TrainingProgressState, batch: TrainingBatch, loss: number): TrainingProgressState {
  let weight = 0
  for (const value of batch.weights.subarray(0, batch.rowCount)) weight += value
  return {
    ...progress,
    step: progress.step + 1,
    batch: progress.batch + 1,
    lossSum: progress.lossSum + loss,
    weightSum: progress.weightSum + weight,
  }
}

function reportStep(
  { options, parts }: TrainerContext,
  progress: TrainingProgressState,
  done: { rowCount: number; loss: number },
): void {
  options.onEvent({
    kind: 'step',
    step: progress.step,
    epoch: progress.epoch,
    batch: progress.batch,
    batchCount: Math.ceil(options.data.rowCount / parts.spec.batchSize),
    rowCount: done.rowCount,
    loss: progress.lossSum / progress.weightSum,
  })
}

/** Whether a checkpoint is due after a step, by the declared interval. */
function checkpointTimer({ parts, options }: TrainerContext): (step: number) => boolean {
  const { unit, count } = parts.spec.checkpointEvery
  let last = options.now()
  return (step) => {
    if (unit === 'steps') return step % count === 0
    if (options.now() - last < count) return false
    last = options.now()
    return true
  }
}
