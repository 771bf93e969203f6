/** What a step and its threads say to each other. */
import type { Share } from '../tables/index.js'
import type { BatchPlace } from './batch-place.js'
import type { ErrorData } from './error-data.js'
import type { StepSettings } from './step-part.js'
import type { StepPlan } from './step-plan.js'

/** What a thread is started with. */
export interface ThreadStart {
  readonly plan: StepPlan
  readonly memories: readonly WebAssembly.Memory[]
  readonly share: Share
  readonly barrier: SharedArrayBuffer
}

/** Answered one after the other, in their order. */
export type Question =
  | {
      readonly kind: 'step'
      /** `null`: where the last one of the same turn was. */
      readonly place: BatchPlace | null
      readonly rowCount: number
      readonly firstRow: number
      readonly settings: StepSettings
    }
  | { readonly kind: 'graph' }
  | { readonly kind: 'close' }

export type Answer =
  /** With the milliseconds that a step took, by phase. The first one says that the thread is ready. */
  | { readonly kind: 'done'; readonly milliseconds: Readonly<Record<string, number>> }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  /** Another part has failed, and says why. */
  | { readonly kind: 'abandoned' }
