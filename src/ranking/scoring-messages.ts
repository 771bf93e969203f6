/** What the pool and its threads say to each other. */
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'

/** What a thread is started with. */
export interface ThreadStart {
  readonly directory: string
  readonly itemPartBytes: number
  readonly isBackground: boolean
}

export type SharedTables = ReturnType<Bundle['sharedTables']>

/** Every question has a number, and one answer. */
export type Question =
  /** Opens the bundle, over the tables that the first thread has loaded; it has none to begin with. */
  | { readonly id: number; readonly kind: 'open'; readonly shared: SharedTables | undefined }
  | { readonly id: number; readonly kind: 'items'; readonly first: number; readonly rows: SerializedRows }
  /** Verifies the golden requests and warms up, once the items are there. */
  | { readonly id: number; readonly kind: 'prepare'; readonly candidates: number }
  | { readonly id: number; readonly kind: 'rank'; readonly row: RawRow; readonly candidates: Int32Array }
  | { readonly id: number; readonly kind: 'close' }

export type Answer =
  | { readonly id: number; readonly kind: 'done' }
  | { readonly id: number; readonly kind: 'ranked'; readonly scores: Float32Array; readonly order: Float32Array }
  | { readonly id: number; readonly kind: 'failed'; readonly reason: string }
  | { readonly id: number; readonly kind: 'open'; readonly shared: SharedTables }

/** Rows as `node:v8` writes them, in shared memory: written once, read by every thread. */
export type SerializedRows = Uint8Array<SharedArrayBuffer>
