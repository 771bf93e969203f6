/** The directory of one training run: what was asked, checkpoints, and the report. The bundle may lie elsewhere. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { atomicWriteFile, makeDirectory } from '../base/index.js'
import type { Overrides } from './overrides.js'
import { resumeDataChanged, resumeNothing } from './errors.js'

export interface RunDirectory {
  readonly directory: string
  readonly bundle: string
  readonly checkpoints: string
}

interface RunRecord {
  readonly bundle: string
  readonly fingerprint: string
  /** What the command line said instead of the config: a resumed run says the same. */
  readonly overrides: Overrides
}

export interface NewRun {
  readonly out: string | undefined
  /** The run directory itself, where something else says where runs lie. */
  readonly directory?: string
  readonly now: Date
  readonly fingerprint: string
  readonly overrides: Overrides
}

/** Makes the directory of a new run: `<out>.run` beside a given bundle, else `runs/<id>` with the bundle inside. */
export function beginRun(options: NewRun): RunDirectory {
  const id = `${options.now.toISOString().replaceAll(/[:.]/g, '-').slice(0, 19)}-${options.fingerprint.slice(0, 6)}`
  const beside = options.out === undefined ? join('runs', id) : `${options.out}.run`
  const directory = resolve(options.directory ?? beside)
  const bundle = resolve(options.out ?? join(directory, 'bundle'))
  makeDirectory(directory)
  const record: RunRecord = { bundle, fingerprint: options.fingerprint, overrides: options.overrides }
  atomicWriteFile(join(directory, 'run.json'), `${JSON.stringify(record, null, 2)}\n`)
  return { directory, bundle, checkpoints: join(directory, 'checkpoints') }
}

/** Whether a run has come so far that it can be resumed. */
export const hasCheckpoint = (directory: string): boolean =>
  existsSync(join(directory, 'run.json')) && existsSync(join(directory, 'checkpoints', 'latest'))

/** What the command line of a run said instead of the config; throws when there is nothing to resume. */
export function runOverrides(path: string): Overrides {
  return readRecord(path).overrides
}

/** Opens a run to go on with it; the data and the config must be those it began with. */
export function reopenRun(path: string, fingerprint: string): RunDirectory {
  const record = readRecord(path)
  if (record.fingerprint !== fingerprint) throw resumeDataChanged({ directory: path })
  const directory = resolve(path)
  return { directory, bundle: record.bundle, checkpoints: join(directory, 'checkpoints') }
}

function readRecord(path: string): RunRecord {
  if (!hasCheckpoint(path)) throw resumeNothing({ directory: path })
  return JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as RunRecord
}

/** What a run depends on: the config as data and the prepared data's fingerprint. */
export function runFingerprint(config: object, prepared: string): string {
  return createHash('sha256').update(JSON.stringify(config)).update(prepared).digest('hex')
}
