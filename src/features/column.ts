/**
 * What every column kind answers. A declaration is frozen plain data; what is learned from data is state, kept apart;
 * both together compile into an encoder. Shared code asks these questions and never which kind it has.
 */
import type { Issue } from '../base/index.js'
import type { EncodedShape } from './encoded-batch.js'

/** A value as it stands in a log, a file or a request. Lists are values of list columns. */
export type RawValue = string | number | bigint | boolean | null | undefined | readonly RawValue[]

/** What a raw value is meant to be; all kinds read texts of it, too. */
export type RawType = 'text' | 'integer' | 'number'

/** A frozen declaration, as `categorical()`, `numeric()` and the others make it. */
export interface ColumnDeclaration {
  readonly kind: string
  /** How ids enter the deep part; an embedding of the model's default dimension unless said otherwise. */
  readonly deep?: DeepUse
  /** The column of the data (or history) that is read; the feature's own name by default. */
  readonly from?: string
  /** The column of the data (or history) with a weight for each value of a list; all weigh 1 without it. */
  readonly weights?: string
  /** The feature whose vocabulary and embedding table this one uses. */
  readonly sharedWith?: string
  /** The element's declaration, for kinds that wrap another. */
  readonly inner?: ColumnDeclaration
}

declare const valueType: unique symbol

/** A declaration that remembers what values its feature takes; for types alone, nothing stands there at run time. */
export interface ColumnOf<V> extends ColumnDeclaration {
  readonly [valueType]?: V
}

/** An embedding (of the default dimension when none is given), or a multi-hot vector. */
export type DeepUse =
  | { readonly kind: 'embedding'; readonly dimension?: number; readonly maxNorm?: number }
  | { readonly kind: 'indicator' }

/**
 * What a kind needs to see of the training split before it can encode:
 * `tokens`: the distinct values as strings with their counts, most frequent first, ties by token ascending;
 * `numbers`: the distinct finite numbers with their counts, ascending, and how many values were missing;
 * `nothing`: the declaration says it all.
 */
export type LearnsFrom = 'tokens' | 'numbers' | 'nothing'

/** Distinct values with counts, in chunks, so that twenty million of them never stand in one array of strings. */
export interface TokenStatistics {
  readonly kind: 'tokens'
  /** `ages` where the kind asks: seconds from a token's last row of the training split to the end of that. */
  readonly chunks: AsyncIterable<{
    readonly tokens: readonly string[]
    readonly counts: ArrayLike<number>
    readonly ages?: ArrayLike<number> | undefined
  }>
  readonly missingCount: number
}

export interface NumberStatistics {
  readonly kind: 'numbers'
  readonly chunks: AsyncIterable<{ readonly numbers: Float64Array; readonly counts: ArrayLike<number> }>
  /** Rows with a number. */
  readonly valueCount: number
  readonly missingCount: number
}

export type Statistics = TokenStatistics | NumberStatistics | { readonly kind: 'nothing' }

/** What a column has learned: JSON for people, arrays for the bulk. Both are written into the bundle. */
export interface ColumnState {
  readonly json: Readonly<Record<string, unknown>>
  readonly arrays: Readonly<Record<string, Uint8Array | Int32Array | Float64Array>>
}

/** Encodes the values of one column; pure, and the only place where raw values become ids and numbers. */
export interface ColumnEncoder {
  readonly shape: EncodedShape
  /**
   * Appends the ids of one raw value; a weighted column also a weight for each, which it reads from the raw cell beside the value.
   * Ids columns only; exactly one id when not multivalent.
   */
  appendIds?(raw: RawValue, ids: number[], weights: number[], rawWeights?: RawValue): void
  /** Whether the weights beside a raw value read, or are missing; those that do not count as missing. Weighted columns only. */
  readsWeights?(raw: RawValue, rawWeights: RawValue): boolean
  /** Writes `width` numbers at `target[at]`. Numbers columns only. */
  writeNumbers?(raw: RawValue, target: Float32Array, at: number): void
  /** The token behind an id, for explanations; `undefined` for missing and out-of-vocabulary. */
  tokenOf?(id: number): string | undefined
  /** How often training saw an id; `undefined` where that is not known. */
  seenOf?(id: number): number | undefined
}

/** One kind of column: one file in `columns/`, one line in `columns/index.ts`, and the conformance suite. */
export interface ColumnKind<D extends ColumnDeclaration = ColumnDeclaration> {
  readonly kind: D['kind']
  /** Whether its values become ids, which can be crossed, embedded and put in lists, or numbers. */
  readonly yields: 'ids' | 'numbers'
  /** What its raw values are, or those of its lists: what protocols with types of their own are told. */
  reads(declaration: D): RawType
  /** Every fault at once of what stands at `path` in the config; only its `kind` is known to be right. */
  issues(declaration: unknown, path: string): Issue[]
  learnsFrom(declaration: D): LearnsFrom
  /** Whether it must know when each token was last seen. */
  needsAges?(declaration: D): boolean
  /** Learns from the training split; throws when the statistics are not of the kind that `learnsFrom` asked for. */
  learn(declaration: D, statistics: Statistics): Promise<ColumnState>
  /**
   * Learns on from the statistics of all days, those before included: what has an id keeps it. Kinds without it keep what they learned
   * first, since earlier rows are encoded with that.
   */
  grow?(declaration: D, statistics: Statistics, previous: ColumnState): Promise<ColumnState>
  compile(declaration: D, state: ColumnState): ColumnEncoder
}
