/** What a step of the daily job is: one file in `steps/` and one line there. What it answers is kept, and it is not asked twice. */
import type { Registry } from '../../registry/index.js'
import type { LoadedConfig } from '../config-file.js'

/** How a job ends. All but the first leave the champion as it was. */
export type RetrainOutcome = 'PROMOTED' | 'NOT_BLESSED' | 'DATA_REJECTED' | 'DRY_RUN_FAILED'

export interface RetrainContext {
  readonly loaded: LoadedConfig
  /** Identifies the job: the same data and config are the same job. */
  readonly id: string
  /** Where the job keeps what it makes. */
  readonly directory: string
  readonly registry: Registry
  /** The champion when the job began. */
  readonly champion: { readonly version: number; readonly bundle: string } | null
  readonly signal: AbortSignal | undefined
  readonly by: string | undefined
  /** Versions that are kept beside those with an alias. */
  readonly keep: number
  onProgress(text: string): void
  /** What an earlier step of the job answered. */
  answer<T>(step: RetrainStep<T>): T
}

export interface RetrainStep<T = unknown> {
  readonly name: string
  /** For people: what is being done. */
  readonly title: string
  run(context: RetrainContext): Promise<T>
}

/** Thrown by a step that ends the job before its end, for a reason that is no fault of the program. */
export class RetrainStop extends Error {
  readonly outcome: RetrainOutcome
  readonly reasons: readonly string[]
  /** What the step found, for the report. */
  readonly found: unknown

  constructor(outcome: RetrainOutcome, reasons: readonly string[], found: unknown = null) {
    super(reasons.join('; '))
    this.outcome = outcome
    this.reasons = reasons
    this.found = found
  }
}
