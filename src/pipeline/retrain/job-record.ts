/** What a job has done so far, on disk after every step, so that a killed one goes on behind the last step that ended. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile } from '../../base/index.js'
import type { RetrainOutcome } from './retrain-step.js'

export interface StepRecord {
  readonly name: string
  readonly seconds: number
  readonly answer: unknown
}

export interface JobRecord {
  readonly formatVersion: 1
  readonly id: string
  readonly startedAt: string
  /** The champion when the job began. */
  readonly champion: number | null
  /** Log files that no successful preparation had read. */
  readonly newFiles: readonly string[]
  /** Steps that ended, in their order. */
  readonly steps: readonly StepRecord[]
  /** How it ended; absent while it has not. */
  readonly end?: JobEnd
}

export interface JobEnd {
  readonly outcome: RetrainOutcome
  readonly reasons: readonly string[]
  /** The step that ended it. */
  readonly step: string
  readonly found: unknown
  readonly at: string
}

const file = 'job.json'

export function readJob(directory: string): JobRecord | null {
  const path = join(directory, file)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as JobRecord) : null
}

export function writeJob(directory: string, job: JobRecord): void {
  atomicWriteFile(join(directory, file), `${JSON.stringify(job, null, 2)}\n`)
}
