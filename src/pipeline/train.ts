/** Training as one function: prepare, train or go on, write the bundle of the best epoch, evaluate that bundle. */
import { join } from 'node:path'
import { atomicWriteFile, suggestion } from '../base/index.js'
import { openPrepared } from '../data/index.js'
import type { PreparedData } from '../data/index.js'
import { listMetricDescriptions, metricDeclarations } from '../evaluation/index.js'
import type { Config } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import { createModelState, createStepProfile, openCheckpoints, resolveTraining, trainModel } from '../training/index.js'
import type { EpochRecord, ModelParts, StepProfile, TrainingEvent, TrainingProgressState } from '../training/index.js'
import type { LoadedConfig } from './config-file.js'
import { interrupted, metricUnknown } from './errors.js'
import { evaluateSplit } from './evaluate.js'
import { prepareData } from './prepare.js'
import type { GraphComparison } from './profile.js'
import { compareWithGraph } from './profile.js'
import type { RunDirectory } from './run-directory.js'
import { beginRun, reopenRun, runFingerprint, runOverrides } from './run-directory.js'
import { openTrainingData } from './training-data.js'
import { listMetricOf, validator } from './validation.js'
import { withOverrides } from './overrides.js'
import { writeRunBundle } from './write-run-bundle.js'

export interface TrainOptions {
  readonly out?: string | undefined
  /** Directory of a run to go on with. */
  readonly resume?: string | undefined
  readonly seed?: number | undefined
  readonly epochs?: number | undefined
  /** `wide`, `deep` or `both`: trains one part only. */
  readonly part?: string | undefined
  readonly isProfiling?: boolean
  readonly signal?: AbortSignal
  warn?(text: string): void
  onProgress?(text: string): void
  onEvent?(event: TrainingEvent): void
}

export interface TrainResult {
  readonly bundle: string
  readonly run: string
  /** Metrics of the validation split, of the bundle as loaded from disk. */
  readonly metrics: Readonly<Record<string, number | null>>
  readonly bestEpoch: number
  readonly epochs: readonly EpochRecord[]
  readonly examplesPerSecond: number
  readonly seconds: number
  readonly rows: Readonly<Record<string, number>>
  readonly profile?: GraphComparison
}

/** Trains the model of a config; throws `PIPELINE_TRAINING_INTERRUPTED` after a signal, with the way to resume. */
export async function trainBundle(loaded: LoadedConfig, options: TrainOptions = {}): Promise<TrainResult> {
  const startedAt = Date.now()
  const { seed, epochs, part } = options
  const overrides = options.resume === undefined ? { seed, epochs, part } : runOverrides(options.resume)
  const config = withOverrides(loaded.config, overrides)
  const prepared = await prepareData(loaded, { onProgress: options.onProgress ?? ignore })
  for (const warning of prepared.warnings) options.warn?.(warning)
  const data = openPrepared(prepared.directory)
  const fingerprint = runFingerprint(config, prepared.fingerprint)
  const run =
    options.resume === undefined
      ? beginRun({ out: options.out, now: new Date(), fingerprint, overrides })
      : reopenRun(options.resume, fingerprint)
  const parts = modelParts(config, data)
  const profile = createStepProfile(() => performance.now())
  const progress = await runTraining({ config, parts, data, run, profile, loaded, options })
  await writeRunBundle({ config, parts, data, run, progress })
  const list = listMetricOf(parts.spec.metric)
  const ranking = list ? { isRanking: true, k: list.k } : {}
  const { metrics } = await evaluateSplit({ bundle: run.bundle, data, split: 'validation', ...ranking })
  const { milliseconds, rowCount } = profile.totals()
  const seconds = Object.values(milliseconds).reduce((sum, value) => sum + value, 0) / 1000
  const result: TrainResult = {
    bundle: run.bundle,
    run: run.directory,
    metrics,
    bestEpoch: progress.best?.epoch ?? 0,
    epochs: progress.epochs,
    examplesPerSecond: rowCount / seconds,
    seconds: (Date.now() - startedAt) / 1000,
    rows: prepared.rows,
    ...(options.isProfiling ? { profile: await compareWithGraph(parts, data) } : {}),
  }
  atomicWriteFile(join(run.directory, 'report.json'), `${JSON.stringify(result, null, 2)}\n`)
  return result
}

/** The model of a config over prepared data. */
export function modelParts(config: Config, data: PreparedData): ModelParts {
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, data.columns)
  return { model, layout, network: createNetwork(model, layout), spec: resolveTraining(config, model, isHigherBetter) }
}

/** Whether a metric grows as models get better; throws `PIPELINE_METRIC_UNKNOWN`. */
function isHigherBetter(metric: string): boolean {
  if (listMetricOf(metric)) return true
  const declared = metricDeclarations.find(({ name, better }) => name === metric && better !== 'neither')
  const pointwise = metricDeclarations.filter(({ better }) => better !== 'neither').map(({ name }) => name)
  const known = [...pointwise, ...Object.keys(listMetricDescriptions).map((name) => `${name}@10`)]
  if (!declared) throw metricUnknown({ metric, hint: suggestion(metric, known) })
  return declared.better === 'higher'
}

interface RunTraining {
  readonly config: Config
  readonly parts: ModelParts
  readonly data: PreparedData
  readonly run: RunDirectory
  readonly profile: StepProfile
  readonly loaded: LoadedConfig
  readonly options: TrainOptions
}

async function runTraining({
  config,
  parts,
  data,
  run,
  profile,
  loaded,
  options,
}: RunTraining): Promise<TrainingProgressState> {
  const signal = options.signal ?? new AbortController().signal
  const progress = await trainModel(parts, createModelState(parts), {
    data: await openTrainingData(config, parts, data),
    validate: await validator(config, parts, data),
    checkpoints: openCheckpoints(run.checkpoints),
    profile,
    now: Date.now,
    onEvent: options.onEvent ?? ignore,
    signal,
  })
  if (!progress.isFinished) throw interrupted({ directory: run.directory, config: loaded.path })
  return progress
}

const ignore = (): void => undefined
