/** One training of a comparison: found among the finished ones of its directory, or trained, scored and recorded there. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile, makeDirectory, readFloats, writeLargeFile } from '../base/index.js'
import type { PreparedData } from '../data/index.js'
import type { Config } from '../features/index.js'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import { createStepProfile } from '../training/index.js'
import type { TrainingEvent } from '../training/index.js'
import { compareInterrupted } from './errors.js'
import { parameterCountOf, tableSummaries } from './inspect.js'
import { modelParts, trainPrepared } from './train-prepared.js'
import { scoreSplit } from './validation.js'
import { writeRunBundle } from './write-run-bundle.js'

/** What is kept of a finished training beside its scores. */
export interface RunRecord {
  readonly bestEpoch: number
  readonly epochCount: number
  readonly parameterCount: number
  /** Rows of the wide tables that L1 did not set to zero. */
  readonly wideWeights: number
  readonly seconds: number
}

/** A training that is to be done, unless it has been. */
export interface ComparedRun {
  /** Of the config with its overrides and of the prepared data. */
  readonly fingerprint: string
  readonly config: Config
  readonly data: PreparedData
}

export interface RunStore {
  /** `null` where the training is not finished. */
  find(fingerprint: string): RunRecord | null
  scores(fingerprint: string, split: string): Float32Array
  /** Trains, or goes on from the checkpoint of a run that was stopped. */
  train(run: ComparedRun, options: RunOptions): Promise<RunRecord>
}

export interface RunOptions {
  readonly signal: AbortSignal | undefined
  readonly onEvent: ((event: TrainingEvent) => void) | undefined
}

/** The runs recorded in a directory of comparisons. */
export function openRunStore(directory: string): RunStore {
  const pathOf = (fingerprint: string, name: string): string =>
    join(directory, 'compared', fingerprint.slice(0, 24), name)
  return {
    find(fingerprint) {
      const path = pathOf(fingerprint, recordFile)
      return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RunRecord) : null
    },
    scores: (fingerprint, split) => readFloats(pathOf(fingerprint, scoresFile(split))),
    async train(run, options) {
      const own = pathOf(run.fingerprint, '')
      const startedAt = Date.now()
      const bundle = await trainedBundle(own, run, options)
      if (!bundle) throw compareInterrupted({ directory })
      const scored = await scoreBundle(join(own, 'bundle'), run.data, (split) => join(own, scoresFile(split)))
      const record = { ...bundle, ...scored, seconds: (Date.now() - startedAt) / 1000 }
      atomicWriteFile(join(own, recordFile), `${JSON.stringify(record, null, 2)}\n`)
      for (const name of ['checkpoints', 'bundle']) rmSync(join(own, name), { recursive: true, force: true })
      return record
    },
  }
}

const recordFile = 'run.json'
const scoresFile = (split: string): string => `scores-${split}.f32`

/** Trains and writes the bundle of the best epoch; `null` where it was stopped. */
async function trainedBundle(
  directory: string,
  { config, data }: ComparedRun,
  { signal, onEvent }: RunOptions,
): Promise<Pick<RunRecord, 'bestEpoch' | 'epochCount'> | null> {
  makeDirectory(directory)
  const run = { directory, bundle: join(directory, 'bundle'), checkpoints: join(directory, 'checkpoints') }
  const parts = modelParts(config, data)
  const profile = createStepProfile(() => performance.now())
  const { progress, state } = await trainPrepared({
    config,
    parts,
    data,
    checkpoints: run.checkpoints,
    profile,
    signal,
    onEvent,
  })
  if (!progress.isFinished) return null
  await writeRunBundle({ config, parts, data, run, progress, state })
  return { bestEpoch: progress.best?.epoch ?? 0, epochCount: progress.epochs.length }
}

/** Scores the bundle, as loaded from disk, on every split that models may be compared on. */
async function scoreBundle(
  directory: string,
  data: PreparedData,
  pathOf: (split: string) => string,
): Promise<Pick<RunRecord, 'parameterCount' | 'wideWeights'>> {
  const bundle = await openBundle(directory, { threads: 2 })
  try {
    for (const split of ['validation', 'test']) {
      const { scores } = await scoreSplit(data.split(split), (features) => bundle.predict(features))
      writeLargeFile(pathOf(split), [scores])
    }
    return { parameterCount: parameterCountOf(bundle), wideWeights: wideWeightsOf(bundle) }
  } finally {
    await bundle.close()
  }
}

function wideWeightsOf(bundle: Bundle): number {
  const wide = new Set(bundle.tables.flatMap(({ name, part }) => (part === 'wide' ? [name] : [])))
  return tableSummaries(bundle).reduce((sum, { name, nonZeroRows }) => sum + (wide.has(name) ? nonZeroRows : 0), 0)
}
