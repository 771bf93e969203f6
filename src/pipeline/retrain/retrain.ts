/**
 * The daily job as one function: check, prepare the new day, train from the champion, judge, try out, promote. The same data and config
 * are the same job: one that ended is not done twice, one that was killed goes on, and whatever goes wrong the champion stays.
 */
import { join, resolve } from 'node:path'
import { atomicWriteFile } from '../../base/index.js'
import { dataSources } from '../../data/index.js'
import { champion as championAlias, openRegistry } from '../../registry/index.js'
import type { LoadedConfig } from '../config-file.js'
import { preparedDirectory } from '../prepare.js'
import { registryDirectory } from '../publish.js'
import { runFingerprint } from '../run-directory.js'
import type { JobEnd, JobRecord } from './job-record.js'
import { readJob, writeJob } from './job-record.js'
import { holdingLock } from './lock.js'
import type { QuarantinedFile } from './quarantine.js'
import { readQuarantine, writeQuarantine } from './quarantine.js'
import { registryNow } from './registry-now.js'
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
  return holdingLock(join(out, 'lock'), new Date(), () => lockedRetrain(loaded, out, options))
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
  const job = known ?? beginJob(id, options, newLogFiles(used))
  writeJob(directory, job)
  const end = await runSteps(job, { loaded: own, directory, options })
  const ended = { ...(readJob(directory) ?? job), end }
  writeJob(directory, ended)
  const rejected = end.outcome === 'DATA_REJECTED' && job.champion !== null ? job.newFiles : []
  const added = used
    .filter(({ path }) => rejected.includes(path))
    .map(({ path, identity }) => ({ path, identity, reason: end.reasons.join('; '), since: end.at }))
  const all = [...quarantine, ...added]
  writeQuarantine(quarantineFile, all)
  atomicWriteFile(join(out, 'latest.json'), `${JSON.stringify({ id })}\n`)
  writeReports(out, ended, all)
  return { id, isUnchanged: false, end, job: ended, quarantine: all, directory }
}

function beginJob(id: string, { registry }: RetrainOptions, newFiles: readonly string[]): JobRecord {
  const version = registryNow(registry)?.aliases[championAlias]?.version ?? null
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
  readonly options: RetrainOptions
}

async function runSteps(job: JobRecord, { loaded, directory, options }: Running): Promise<JobEnd> {
  const answers = new Map(job.steps.map(({ name, answer }) => [name, answer]))
  const records = [...job.steps]
  const context = contextOf(job, { loaded, directory, options }, answers)
  for (const step of retrainSteps) {
    if (answers.has(step.name)) continue
    context.onProgress(step.title)
    const startedAt = performance.now()
    try {
      const answer = await step.run(context)
      answers.set(step.name, answer)
      records.push({ name: step.name, seconds: (performance.now() - startedAt) / 1000, answer })
      writeJob(directory, { ...job, steps: records })
    } catch (error) {
      if (!(error instanceof RetrainStop)) throw error
      const { outcome, reasons, found } = error
      return { outcome, reasons, found, step: step.name, at: new Date().toISOString() }
    }
  }
  const last = retrainSteps.at(-1)?.name ?? ''
  return { outcome: 'PROMOTED', reasons: [], found: null, step: last, at: new Date().toISOString() }
}

function contextOf(
  { id, champion, newFiles }: JobRecord,
  { loaded, directory, options }: Running,
  answers: ReadonlyMap<string, unknown>,
): RetrainContext {
  const { registry, signal, by, keep = 10 } = options
  const opened = openRegistry(registryDirectory(registry))
  return {
    loaded,
    id,
    directory,
    registry,
    champion: champion === null ? null : { version: champion, bundle: opened.resolve(champion).directory },
    newFiles,
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
