/** The training of one model over open prepared data: what `train` does once and `compare` many times. */
import { suggestion } from '../base/index.js'
import type { PreparedData } from '../data/index.js'
import { listMetricDescriptions, metricDeclarations } from '../evaluation/index.js'
import type { Config } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import {
  createModelState,
  openCheckpoints,
  requireMemory,
  resolveTraining,
  trainModel,
  trainingMemory,
} from '../training/index.js'
import type {
  EarlierTraining,
  ModelParts,
  ModelState,
  StepProfile,
  TrainingEvent,
  TrainingProgressState,
} from '../training/index.js'
import { metricUnknown } from './errors.js'
import { openTrainingData } from './training-data.js'
import { listMetricOf, validator } from './validation.js'

/** The model of a config over prepared data. */
export function modelParts(config: Config, data: Pick<PreparedData, 'featureState' | 'columns'>): ModelParts {
  const model = resolveModel(config, data.featureState.labels)
  const layout = layoutInputs(model, config, data.columns)
  return { model, layout, network: createNetwork(model, layout), spec: resolveTraining(config, model, isHigherBetter) }
}

/** Whether a metric grows as models get better; throws `PIPELINE_METRIC_UNKNOWN`. */
function isHigherBetter(metric: string): boolean {
  if (listMetricOf(metric)) return true
  const declared = metricDeclarations.find(({ name, better }) => name === metric && better !== 'neither')
  const pointwise = metricDeclarations.filter(({ better }) => better !== 'neither').map(({ name }) => name)
  const known = [...pointwise, ...Object.keys(listMetricDescriptions).map((name) => `${name}@10`)]
  if (!declared) throw metricUnknown({ asked: 'training.metric', metric, hint: suggestion(metric, known) })
  return declared.better === 'higher'
}

export interface PreparedTraining {
  readonly config: Config
  readonly parts: ModelParts
  readonly data: PreparedData
  /** Directory of the checkpoints; training goes on from the latest one there. */
  readonly checkpoints: string
  readonly profile: StepProfile
  readonly signal: AbortSignal | undefined
  readonly onEvent: ((event: TrainingEvent) => void) | undefined
  /** Fills the fresh state before the first step and says what was done before; asked only where no checkpoint is. */
  readonly begin?: ((state: ModelState) => Promise<EarlierTraining>) | undefined
  /** Epochs after which training pauses, if it has not ended before. */
  readonly pauseAfter?: number
}

export interface PreparedResult {
  readonly progress: TrainingProgressState
  /** The model as training left it, for the caller to fill with another epoch's: a second one may not fit in memory. */
  readonly state: ModelState
}

/** Trains to the end, the pause or the signal: at the last two `isFinished` is false and a checkpoint is kept. */
export async function trainPrepared(training: PreparedTraining): Promise<PreparedResult> {
  const { config, parts, data, pauseAfter } = training
  requireMemory(trainingMemory(parts), process.availableMemory())
  const checkpoints = openCheckpoints(training.checkpoints)
  const state = createModelState(parts)
  const earlier = checkpoints.latest() === null ? await training.begin?.(state) : undefined
  const progress = await trainModel(parts, state, {
    data: await openTrainingData(config, parts, data),
    validate: await validator(config, parts, data),
    checkpoints,
    profile: training.profile,
    now: Date.now,
    onEvent: training.onEvent ?? ((): void => undefined),
    signal: training.signal ?? new AbortController().signal,
    ...(earlier ? { earlier } : {}),
    ...(pauseAfter === undefined ? {} : { pauseAfter }),
  })
  return { progress, state }
}
