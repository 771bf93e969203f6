/** What the scoring threads answer: the words that the HTTP server is written against. */
import type { RawRow } from '../features/index.js'
import type { PairValues } from './pair-values.js'
import type { ScoringReserve } from './scoring-reserve.js'

/** Raw features of an item as JSON: what crosses from thread to thread with the least work of whoever sends it. */
export type ItemText = string

export interface ScoringPoolOptions {
  /** Threads that score, each with sessions of one thread. Default 1. */
  readonly threads?: number
  /** Most candidates that one thread scores of a request: 200 is the paper's 1 × 200, 100 its 2 × 100. Default 200. */
  readonly partSize?: number
  /** Memory for the item parts of all threads together. Default 512 MiB. */
  readonly itemPartBytes?: number
  /** Whether others serve meanwhile: until they are ready the threads leave the processors to them. Default false. */
  readonly isBackground?: boolean
  /** Where the threads come from and go to. Default: they are started for this pool and end with it. */
  readonly reserve?: ScoringReserve
  /** Requests that are asked before the pool is ready, so that it is as fast at its first one. Default: none. */
  readonly rehearsal?: readonly RankRequest[] | undefined
  /** The items; an item is called by its index. While they are read, the threads load. */
  readonly items: readonly ItemText[] | Promise<readonly ItemText[]>
}

export interface RankRequest {
  /** Features of the user and the context. */
  readonly row: RawRow
  /** Indexes of items. */
  readonly candidates: Int32Array
  /** What belongs to the user with each of them. Default: nothing is known. */
  readonly pairs?: PairValues
  /** Milliseconds from the call after which parts that are not done count as late. Default: wait for all. */
  readonly deadlineMs?: number
}

/** Candidates in the order of the request. */
export interface RankedCandidates {
  /** NaN where the part of a candidate came too late. */
  readonly scores: Float32Array
  /** What to sort by: differs from the scores where a calibration gives two candidates one score. */
  readonly order: Float32Array
  /** Candidates that have a score. */
  readonly scored: number
}

/** What the head makes of whole rows, in their order. */
export interface RowPredictions {
  /** `rows × labels`, or a score for each row where the head has no classes. */
  readonly values: Float32Array
  /** Names of the classes, in the order of their probabilities. */
  readonly labels: readonly string[]
}

/** Some threads that score candidates with one bundle. */
export interface ScoringPool {
  readonly threads: number
  readonly itemCount: number
  /** Parts that no thread has begun: what back-pressure looks at. */
  readonly waiting: number
  rank(request: RankRequest): Promise<RankedCandidates>
  /** Predicts raw rows of user, item and context as they are; the items of the pool play no part. */
  predictRows(rows: readonly RawRow[]): Promise<RowPredictions>
  /** Requests of late, for the rehearsal of the pool that follows. */
  recent(): readonly RankRequest[]
  /** Forgets them: whoever asked has been erased. */
  forgetRecent(): void
  /** Replaces items, or adds them at the end (`first` = `itemCount`); requests that are asked afterwards see them. */
  setItems(first: number, items: readonly ItemText[]): Promise<void>
  /** Answers what was asked, then ends the threads; asking afterwards is a bug. */
  close(): Promise<void>
}
