/** What the pool and its threads say to each other. */
import type { Bundle } from '../model/index.js'
import type { RawRow, RawValue } from '../features/index.js'
import type { PairValues } from './pair-values.js'
import type { RowPredictions } from './scoring.js'
import type { FillShare } from './split-scorer.js'

/** What a thread is started with. */
export interface ThreadStart {
  /** Whether to begin at low priority. */
  readonly isLow: boolean
}

/** Loads a bundle into a thread that has none. */
export interface LoadQuestion {
  readonly kind: 'load'
  readonly directory: string
  readonly itemPartBytes: number
  /** What the first thread has loaded; it has none to begin with. */
  readonly shared: SharedMemory | undefined
  /** Whether another version serves meanwhile. */
  readonly isBackground: boolean
  /** Whether to load at low priority. */
  readonly isLow: boolean
}

/** Memory that all threads of a pool read, and item parts that all of them fill. */
export interface SharedMemory {
  readonly tables: ReturnType<Bundle['sharedTables']>
  readonly itemParts: SharedArrayBuffer | undefined
}

/** What the pool gives to whichever thread has the least to do. */
export type PartQuestion =
  | { readonly kind: 'rank'; readonly values: RowValues; readonly candidates: Int32Array; readonly pairs: PairValues }
  /** Whole rows, items and all. */
  | { readonly kind: 'predict'; readonly rows: readonly RawRow[] }

/** Every question has a number, and one answer. */
export type Question =
  | (PartQuestion & { readonly id: number })
  | { readonly id: number; readonly kind: 'items'; readonly first: number; readonly rows: SharedText }
  | ({ readonly id: number } & LoadQuestion)
  | ({ readonly id: number } & PrepareQuestion)
  | ({ readonly id: number } & BeginQuestion)
  /** Lets go of the bundle and of all memory that it took. */
  | { readonly id: number; readonly kind: 'release'; readonly isLow: boolean }
  | { readonly id: number; readonly kind: 'close' }

/** Verifies the golden requests and warms up, once the items are there. */
export interface PrepareQuestion {
  readonly kind: 'prepare'
  readonly candidates: number
  readonly share: FillShare
}

/** Takes the usual priority: others wait for the answers from now on. */
export interface BeginQuestion {
  readonly kind: 'begin'
  /** The share of the item parts that is computed between requests; `null`: they are there. */
  readonly fills: FillShare | null
}

export type Answer =
  | { readonly id: number; readonly kind: 'done' }
  | { readonly id: number; readonly kind: 'ranked'; readonly scores: Float32Array; readonly order: Float32Array }
  | ({ readonly id: number; readonly kind: 'predicted' } & RowPredictions)
  | { readonly id: number; readonly kind: 'failed'; readonly reason: string }
  | { readonly id: number; readonly kind: 'loaded'; readonly opened: OpenedBundle }

export interface OpenedBundle {
  readonly shared: SharedMemory
  /** What a thread reads of a request's row. */
  readonly requestColumns: readonly string[]
}

/** A row's values by the request columns: a third of what an object costs to hand over. */
export type RowValues = readonly RawValue[]

/** Rows as JSON, in shared memory: written once, read by every thread. */
export type SharedText = Uint8Array<SharedArrayBuffer>
