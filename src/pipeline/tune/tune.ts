/** The search of hyper-parameters as one function: prepare once, run trials, report. The same call again goes on. */
import { join, relative, resolve } from 'node:path'
import { atomicWriteFile } from '../../base/index.js'
import type { Settings } from '../../space/index.js'
import type { LoadedConfig } from '../config-file.js'
import { prepareData } from '../prepare.js'
import type { PreparedSummary } from '../prepare.js'
import { allFailed, searchInterrupted, spaceMissing, validationMissing } from './errors.js'
import { commonSettings, openSearch, searchHeader } from './open-search.js'
import { borderWarnings, rungSummaries, trainCommand, trialSummaries } from './report.js'
import type { RungSummary, TrialSummary } from './report.js'
import type { TuneEvent } from './run-search.js'
import { runSearch } from './run-search.js'
import { ranked } from './search-state.js'
import type { SearchState } from './search-state.js'
import { runnerHere, runnerOfProcesses } from './trial-runner.js'
import type { TrialRunner } from './trial-runner.js'
import { openContext } from './trial.js'
import type { TrialContext } from './trial.js'

export interface TuneOptions {
  /** Directory of the search; one that is there goes on. */
  readonly out: string
  /** Most configurations tried, instead of the config's. */
  readonly trials?: number | undefined
  /** Worker processes; 1 (default) trains in this process. */
  readonly workers?: number | undefined
  readonly signal?: AbortSignal
  warn?(text: string): void
  onProgress?(text: string): void
  onEvent?(event: TuneEvent): void
}

export interface TuneResult {
  readonly out: string
  /** Of the validation split, always. */
  readonly metric: string
  readonly isHigherBetter: boolean
  /** The best first. */
  readonly trials: readonly TrialSummary[]
  readonly rungs: readonly RungSummary[]
  /** Settings of the best trial, and the command that trains it again. */
  readonly best: {
    readonly trial: number
    readonly value: number
    readonly epochs: number
    readonly settings: Settings
  }
  readonly command: string
  readonly warnings: readonly string[]
  readonly seconds: number
}

/** Searches the space of a config; throws `TUNE_INTERRUPTED` after a signal. */
export async function tuneModel(loaded: LoadedConfig, options: TuneOptions): Promise<TuneResult> {
  const startedAt = Date.now()
  const declared = loaded.config.tune
  if (!declared) throw spaceMissing({ path: loaded.path })
  const workers = options.workers ?? 1
  const prepared = await prepareData(loaded, { onProgress: options.onProgress ?? ignore })
  for (const warning of prepared.warnings) options.warn?.(warning)
  const context = openContext(loaded.config, prepared.directory, prepared.fingerprint)
  if (context.data.split('validation').rowCount === 0) throw validationMissing({ path: loaded.path })
  const { state, journal } = openSearch(options.out, searchHeader(context, workers))
  const runner = createRunner(workers, { loaded, prepared, context })
  const common = commonSettings(state.header, loaded.config)
  const signal = options.signal ?? new AbortController().signal
  try {
    await runSearch({
      out: resolve(options.out),
      space: declared.space,
      trials: options.trials ?? declared.trials ?? 30,
      common,
      state,
      journal,
      runner,
      signal,
      onEvent: options.onEvent ?? ignore,
    })
  } finally {
    await runner.close()
    journal.close()
  }
  if (signal.aborted) throw searchInterrupted({ directory: options.out })
  const result = { ...report(state, { loaded, out: options.out, common }), seconds: (Date.now() - startedAt) / 1000 }
  for (const warning of result.warnings) options.warn?.(warning)
  atomicWriteFile(join(options.out, 'report.json'), `${JSON.stringify(result, null, 2)}\n`)
  return result
}

const ignore = (): void => undefined

interface RunnerSource {
  readonly loaded: LoadedConfig
  readonly prepared: PreparedSummary
  readonly context: TrialContext
}

function createRunner(workers: number, { loaded, prepared, context }: RunnerSource): TrialRunner {
  if (workers === 1) return runnerHere(context)
  return runnerOfProcesses(workers, {
    kind: 'start',
    config: loaded.path,
    prepared: prepared.directory,
    preparedFingerprint: prepared.fingerprint,
  })
}

interface ReportSource {
  readonly loaded: LoadedConfig
  readonly out: string
  readonly common: Settings
}

function report(state: SearchState, { loaded, out, common }: ReportSource): Omit<TuneResult, 'seconds'> {
  const { metric, isHigherBetter } = state.header
  const trials = trialSummaries(state)
  const [best] = ranked(state)
  if (!best) throw allFailed({ count: trials.length, reason: trials[0]?.failure ?? 'no trial was run' })
  const { trial, settings } = best
  const { value, epochs } = best.best
  return {
    out,
    metric,
    isHigherBetter,
    trials,
    rungs: rungSummaries(state),
    best: { trial, value, epochs, settings },
    command: trainCommand({
      config: relative(process.cwd(), loaded.path),
      out: join(out, 'best'),
      settings: { ...settings, ...common },
    }),
    warnings: borderWarnings(loaded.config, loaded.config.tune?.space ?? {}, settings),
  }
}
