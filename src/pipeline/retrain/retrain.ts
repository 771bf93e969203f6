/**
 * The daily job as one function: check, prepare the new day, train from the champion, judge, try out, promote. The same data and config
 * are the same job: one that ended is not done twice, one that was killed goes on, and whatever goes wrong the champion stays.
 */
import { join, resolve } from 'node:path'
import { takeLock } from '../../base/index.js'
import { dataSources } from '../../data/index.js'
import { champion as championAlias, openRegistry, registryDirectory } from '../../registry/index.js'
import type { Registry } from '../../registry/index.js'
import type { LoadedConfig } from '../config-file.js'
import { retrainLocked } from '../errors.js'
import { preparedDirectory } from '../prepare.js'
import { runFingerprint } from '../run-directory.js'
import type { JobEnd, JobRecord } from './job-record.js'
import { readJob, writeJob } from './job-record.js'
import type { QuarantinedFile } from './quarantine.js'
import { readQuarantine, writeQuarantine } from './quarantine.js'
import { writeReports } from './report.js'
import type { RetrainContext, RetrainStep } from './retrain-step.js'
import { RetrainStop } from './retrain-step.js'
import { retrainSteps } from './steps/index.js'

export interface RetrainOptions {
  /** Where jobs, their reports and the quarantine are kept. Default: `.widedeep/retrain` beside the config. */
  readonly out?: string | undefined
  /** Default: `registryDirectory()`. */
  readonly registry?: string | undefined
  /** Who, for the registry's journal. Default: the user of the operating system. */
  readonly by?: string | undefined
  /** Versions kept beside those with an alias. Default 10: a week, and what one may want to compare it with. */
  readonly keep?: number | undefined
  /** Lets files that were left out in again. Default false. */
  readonly isReadmitting?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  onProgress?(text: string): void
}

export interface RetrainResult {
  readonly id: string
  /** The job had ended before: nothing was done. */
  readonly isUnchanged: boolean
  readonly end: JobEnd
  readonly job: JobRecord
  /** Log files that are left out, with the reason. */
  readonly quarantine: readonly QuarantinedFile[]
  /** Directory of the job, with `report.json`, `report.txt` and `report.html`. */
  readonly directory: string
}

/** Runs the job for the data that is there now; throws `PIPELINE_RETRAIN_LOCKED` while another one runs. */
export async function retrain(loaded: LoadedConfig, options: RetrainOptions = {}): Promise<RetrainResult> {
  const out = resolve(options.out ?? join(loaded.directory, '.widedeep', 'retrain'))
  const path = join(out, 'lock')
  const lock = takeLock(path, (holder) => retrainLocked({ path, holder }))
  try {
    return await lockedRetrain(loaded, out, options)
  } finally {
    lock.release()
  }
}

async function lockedRetrain(loaded: LoadedConfig, out: string, options: RetrainOptions): Promise<RetrainResult> {
  const quarantineFile = join(out, 'quarantine.json')
  const sources = await dataSources(loaded.config, loaded.directory, preparedDirectory(loaded))
  const before = options.isReadmitting ? [] : readQuarantine(quarantineFile)
  // A file that changed is another file, and comes in again.
  const quarantine = before.filter((one) =>
    sources.some(({ path, identity }) => path === one.path && identity === one.identity),
  )
  writeQuarantine(quarantineFile, quarantine)
  const own = withoutFiles(loaded, quarantine)
  const used = sources.filter(({ path }) => !quarantine.some((one) => one.path === path))
  const id = runFingerprint(loaded.config, JSON.stringify(used.map(({ of, identity }) => [of, identity]))).slice(0, 12)
  const directory = join(out, id)
  const known = readJob(directory)
  if (known?.end) return { id, isUnchanged: true, end: known.end, job: known, quarantine, directory }
  const registry = openRegistry(registryDirectory(options.registry))
  const begun = known ?? beginJob(id, registry, newLogFiles(used))
  writeJob(directory, begun)
  const { job, end } = await runSteps(begun, { loaded: own, directory, registry, options })
  const rejected = end.outcome === 'DATA_REJECTED' && job.champion !== null ? job.newFiles : []
  const added = used
    .filter(({ path }) => rejected.includes(path))
    .map(({ path, identity }) => ({ path, identity, reason: end.reasons.join('; '), since: end.at }))
  const all = [...quarantine, ...added]
  writeQuarantine(quarantineFile, all)
  writeReports(out, job, all)
  return { id, isUnchanged: false, end, job, quarantine: all, directory }
}

function beginJob(id: string, registry: Registry, newFiles: readonly string[]): JobRecord {
  const version = registry.exists() ? (registry.state().aliases[championAlias]?.version ?? null) : null
  return { formatVersion: 1, id, startedAt: new Date().toISOString(), champion: version, newFiles, steps: [] }
}

/** Logs that the last preparation has not read; tables that are joined are snapshots and never a day's. */
const newLogFiles = (used: Awaited<ReturnType<typeof dataSources>>): string[] =>
  used.filter(({ of, isNew }) => isNew && (of === 'examples' || of === 'actions')).map(({ path }) => path)

function withoutFiles(loaded: LoadedConfig, quarantine: readonly QuarantinedFile[]): LoadedConfig {
  if (quarantine.length === 0) return loaded
  const { data } = loaded.config
  const declared = typeof data.exclude === 'string' ? [data.exclude] : (data.exclude ?? [])
  const exclude = [...declared, ...quarantine.map(({ path }) => resolve(loaded.directory, path))]
  return { ...loaded, config: { ...loaded.config, data: { ...data, exclude } } }
}

interface Running {
  readonly loaded: LoadedConfig
  readonly directory: string
  readonly registry: Registry
  readonly options: RetrainOptions
}

interface Ended {
  readonly job: JobRecord
  readonly end: JobEnd
}

/** Runs the steps that have not ended yet; the record on disk is that of every step that has. */
async function runSteps(begun: JobRecord, running: Running): Promise<Ended> {
  const answers = new Map(begun.steps.map(({ name, answer }) => [name, answer]))
  const context = contextOf(begun, running, answers)
  let job = begun
  const ended = (end: Omit<JobEnd, 'at'>): Ended => {
    const whole = { ...end, at: new Date().toISOString() }
    job = { ...job, end: whole }
    writeJob(running.directory, job)
    return { job, end: whole }
  }
  for (const step of retrainSteps) {
    const { name } = step
    if (answers.has(name)) continue
    context.onProgress(step.title)
    const startedAt = performance.now()
    try {
      const answer = await step.run(context)
      answers.set(name, answer)
      job = { ...job, steps: [...job.steps, { name, seconds: (performance.now() - startedAt) / 1000, answer }] }
      writeJob(running.directory, job)
    } catch (error) {
      if (!(error instanceof RetrainStop)) throw error
      const { outcome, reasons, found } = error
      return ended({ outcome, reasons, found, step: name })
    }
  }
  return ended({ outcome: 'PROMOTED', reasons: [], found: null, step: retrainSteps.at(-1)?.name ?? '' })
}

function contextOf(
  { id, champion }: JobRecord,
  { loaded, directory, registry, options }: Running,
  answers: ReadonlyMap<string, unknown>,
): RetrainContext {
  const { signal, by, keep = 10 } = options
  return {
    loaded,
    id,
    directory,
    registry,
    champion: champion === null ? null : { version: champion, bundle: registry.resolve(champion).directory },
    signal,
    by,
    keep,
    onProgress: options.onProgress ?? ((): void => undefined),
    answer<T>({ name }: RetrainStep<T>): T {
      if (!answers.has(name)) throw new Error(`internal: step ${name} has not answered`)
      return answers.get(name) as T
    },
  }
}
