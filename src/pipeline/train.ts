/** Training as one function: prepare, train or go on, write the bundle of the best epoch, evaluate that bundle. */
import { join } from 'node:path'
import { atomicWriteFile } from '../base/index.js'
import { openPrepared } from '../data/index.js'
import type { PreparedData } from '../data/index.js'
import { openBundle } from '../model/index.js'
import { createStepProfile, trainingMemory } from '../training/index.js'
import type { EpochRecord, TrainingEvent, TrainingMemory } from '../training/index.js'
import type { Settings } from '../space/index.js'
import type { LoadedConfig } from './config-file.js'
import type { ExplainedExecution } from './execution.js'
import { executionOf, executionText } from './execution.js'
import { interrupted } from './errors.js'
import type { CrossReport } from './crosses/cross-report.js'
import { crossReports } from './crosses/cross-report.js'
import { evaluateOpenBundle } from './evaluate.js'
import { prepareData } from './prepare.js'
import type { CalibrationReport } from './learn-calibration.js'
import type { LayerOperations } from './matrix-products.js'
import { operationsOf } from './matrix-products.js'
import type { GraphComparison } from './profile.js'
import { compareWithGraph } from './profile.js'
import type { RetrievalReport } from './retrieval/build-retrieval.js'
import { buildRetrieval } from './retrieval/build-retrieval.js'
import { beginRun, reopenRun, runFingerprint, runOverrides } from './run-directory.js'
import { withOverrides, withSet } from './overrides.js'
import { modelParts, trainPrepared } from './train-prepared.js'
import { listMetricOf } from './validation.js'
import { beginWarm, readWarmStart } from './warm-start.js'
import type { WarmStartReport } from './warm-start.js'
import { writeRunBundle } from './write-run-bundle.js'

export interface TrainOptions {
  readonly out?: string | undefined
  /** Directory of a run to go on with. */
  readonly resume?: string | undefined
  /** Bundle to begin with, instead of a fresh model. A resumed run has begun already. */
  readonly warmStart?: string | undefined
  readonly seed?: number | undefined
  readonly epochs?: number | undefined
  /** `wide`, `deep` or `both`: trains one part only. */
  readonly part?: string | undefined
  /** Settings by dotted path, instead of the config's. */
  readonly set?: Settings | undefined
  readonly isProfiling?: boolean
  readonly signal?: AbortSignal
  warn?(text: string): void
  onProgress?(text: string): void
  onEvent?(event: TrainingEvent): void
}

export interface TrainResult {
  readonly bundle: string
  readonly run: string
  /** Metrics of the validation split, of the bundle as loaded from disk; of a calibrated one by cross-fitting. */
  readonly metrics: Readonly<Record<string, number | null>>
  /** What became of the tuples of every cross. */
  readonly crosses: readonly CrossReport[]
  readonly bestEpoch: number
  readonly epochs: readonly EpochRecord[]
  /** What ran the dense half, and why. */
  readonly execution: ExplainedExecution
  /** Operations of the layers, for each example. */
  readonly operations: LayerOperations
  readonly examplesPerSecond: number
  readonly seconds: number
  readonly rows: Readonly<Record<string, number>>
  /** Bytes that training reserved, by what they held. */
  readonly memory: TrainingMemory
  /** Fingerprint of the prepared data. */
  readonly dataFingerprint: string
  readonly profile?: GraphComparison
  readonly calibration?: CalibrationReport
  /** What candidates are found with, where the config names users and items. */
  readonly retrieval?: RetrievalReport
  /** What was taken over from an earlier bundle. */
  readonly warmStart?: WarmStartReport
}

/** Trains the model of a config; throws `PIPELINE_TRAINING_INTERRUPTED` after a signal, with the way to resume. */
export async function trainBundle(declared: LoadedConfig, options: TrainOptions = {}): Promise<TrainResult> {
  const startedAt = Date.now()
  const { seed, epochs, part, set } = options
  const overrides = options.resume === undefined ? { seed, epochs, part, set } : runOverrides(options.resume)
  // Data is prepared with the settings too: one may be of a feature.
  const loaded = { ...declared, config: withSet(declared.config, overrides.set) }
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
  const execution = await executionOf(parts)
  options.onProgress?.(executionText(execution))
  if (execution.isFallback) options.warn?.(executionText(execution))
  const memory = trainingMemory(parts)
  options.onProgress?.(memoryText(memory))
  const profile = createStepProfile(() => performance.now())
  const { signal, onEvent } = options
  const begin = beginWarm(options.warmStart, run.directory, { config, parts, data })
  const training = { config, parts, data, checkpoints: run.checkpoints, profile, signal, onEvent, begin }
  const { progress, state } = await trainPrepared(training)
  if (!progress.isFinished) throw interrupted({ directory: run.directory, config: loaded.path })
  options.onProgress?.('building the indexes of retrieval')
  const retrieval = await buildRetrieval({ config, data, directory: run.directory, signal })
  if (signal?.aborted === true) throw interrupted({ directory: run.directory, config: loaded.path })
  const bundle = { config, parts, data, run, progress, state, retrieval: retrieval?.index }
  const calibration = await writeRunBundle({ ...bundle, warn: options.warn ?? ignore })
  const written = await readWritten(run.bundle, data, parts.spec.metric)
  const totals = profile.totals()
  const seconds = Object.values(totals.milliseconds).reduce((sum, value) => sum + value, 0) / 1000
  const result: TrainResult = {
    bundle: run.bundle,
    run: run.directory,
    ...written,
    // The calibration has seen the labels of these rows: what the bundle says of them is too good.
    metrics: { ...written.metrics, ...calibration?.crossFitted },
    bestEpoch: progress.best?.epoch ?? 0,
    epochs: progress.epochs,
    execution,
    operations: operationsOf(parts, totals),
    examplesPerSecond: totals.rowCount / seconds,
    seconds: (Date.now() - startedAt) / 1000,
    rows: prepared.rows,
    memory,
    dataFingerprint: prepared.fingerprint,
    ...(calibration ? { calibration } : {}),
    ...(retrieval ? { retrieval } : {}),
    ...readWarmStart(run.directory),
    ...(options.isProfiling ? { profile: await compareWithGraph(parts, data) } : {}),
  }
  atomicWriteFile(join(run.directory, 'report.json'), `${JSON.stringify(result, null, 2)}\n`)
  return result
}

/** What the bundle says once it is loaded from disk; ranked lists where training watched a metric of them. */
async function readWritten(
  directory: string,
  data: PreparedData,
  metric: string,
): Promise<Pick<TrainResult, 'metrics' | 'crosses'>> {
  const list = listMetricOf(metric)
  const ranking = list ? { isRanking: true, k: list.k } : {}
  const bundle = await openBundle(directory, { threads: 2 })
  try {
    const { metrics } = await evaluateOpenBundle(bundle, { data, split: 'validation', ...ranking })
    return { metrics, crosses: crossReports(bundle) }
  } finally {
    await bundle.close()
  }
}

function memoryText({ weights, optimizerState, buffers }: TrainingMemory): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  return `training takes ${megabytes(weights)} of weights, ${megabytes(optimizerState)} of optimizer state, ${megabytes(buffers)} of buffers`
}

const ignore = (): void => undefined
