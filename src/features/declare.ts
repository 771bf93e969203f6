/**
 * What users declare features with. Every declaration is frozen plain data. Options that nothing knows are kept, so that
 * validation can name them: a config is not type-checked when it is loaded.
 */
import type { ColumnDeclaration, ColumnOf } from './column.js'
import type { BucketizedDeclaration } from './columns/bucketized-column.js'
import type { ListDeclaration } from './columns/list-column.js'
import type { CrossDeclaration } from './feature-spec.js'

export interface CategoricalOptions {
  /** The column of the data that is read; the feature's own name by default. So one column may become several features. */
  readonly from?: string
  /** Tokens rarer than this in the training split share the out-of-vocabulary row. Default 1: all are kept. */
  readonly minCount?: number
  /** Most tokens kept; beyond it the rarest are dropped, counted and shown. Default 50 million. */
  readonly vocabularyBudget?: number
  /**
   * Forget tokens that no training row had for so long ('90d'), as of the end of the training split; needs `data.time`. Their ids stay
   * taken and mean nothing; a token that comes back is a new one. Default: none is forgotten.
   */
  readonly expireAfter?: string
  /** A number: the values are integers below it. A list: exactly these values, in this order. */
  readonly values?: number | readonly (string | number)[]
  /** Hash into so many buckets instead of keeping a vocabulary. */
  readonly hashBuckets?: number
  /** Use the vocabulary and the embedding table of another feature. */
  readonly sharedWith?: string
}

/** A categorical feature: a vocabulary learned from the training split, unless the options say otherwise. */
export function categorical<const V extends string | number>(
  options: CategoricalOptions & { readonly values: readonly V[] },
): ColumnOf<V>
export function categorical(options: CategoricalOptions & { readonly values: number }): ColumnOf<number>
export function categorical(options?: CategoricalOptions): ColumnOf<string | number | boolean>
export function categorical(options: CategoricalOptions = {}): ColumnDeclaration {
  const { values, hashBuckets } = options
  if (values !== undefined)
    return frozen({ kind: typeof values === 'number' ? 'identity' : 'given-vocabulary', ...options })
  if (hashBuckets !== undefined) return frozen({ kind: 'hashed', ...options })
  return frozen({ kind: 'vocabulary', minCount: 1, vocabularyBudget: 50_000_000, ...options })
}

export interface NumericOptions {
  /** The column of the data that is read; the feature's own name by default. So one column may become several features. */
  readonly from?: string
  /** `quantiles` as in the paper; `log` keeps sign and zero; `zscore`; `none` (default). */
  readonly normalize?: 'none' | 'quantiles' | 'log' | 'zscore'
  /** n_q. Default 1,000. */
  readonly quantiles?: number
}

/** A number. A missing one becomes the middle or the mean; where training saw missing ones, an indicator stands beside it. */
export function numeric({ normalize = 'none', ...rest }: NumericOptions = {}): ColumnOf<number> {
  if (normalize === 'quantiles') return frozen({ kind: 'quantile', quantiles: 1000, ...rest })
  if (normalize === 'log' || normalize === 'zscore') return frozen({ kind: normalize, ...rest })
  return frozen({ kind: 'numeric', ...(normalize === 'none' ? {} : { normalize }), ...rest })
}

/** A number cut into half-open buckets `[b(i−1), b(i))`: ids, so it may be crossed and embedded. */
export function bucketized(options: {
  readonly boundaries: readonly number[]
  readonly from?: string
}): ColumnOf<number> {
  return frozen<BucketizedDeclaration>({ kind: 'bucketized', ...options })
}

export interface ListOptions {
  /** The column of the data that is read; the feature's own name by default. So one column may become several features. */
  readonly from?: string
  readonly combiner?: 'mean' | 'sum' | 'sqrtn'
  /** Between the elements of a text. Default `|`. */
  readonly separator?: string
  readonly maximumLength?: number
  /**
   * The column of the data (or history) with a weight for each value, a list of numbers of at least 0 written as the values are.
   * Where it is missing, all weigh 1, as they do without it.
   */
  readonly weights?: string
}

/**
 * A list of categorical values: an array, or text with a separator. With `weights` what TensorFlow calls a
 * `weighted_categorical_column`: `list(categorical(), { weights: 'genre_weights' })`.
 */
export function list<V>(inner: ColumnOf<V>, options: ListOptions = {}): ColumnOf<readonly V[]> {
  const { sharedWith, deep } = inner
  return frozen<ListDeclaration>({
    kind: 'list',
    inner,
    combiner: 'mean',
    separator: '|',
    ...options,
    ...(sharedWith === undefined ? {} : { sharedWith }),
    ...(deep === undefined ? {} : { deep }),
  })
}

export interface EmbeddingOptions {
  /** Default: `model.deep.embedding`. */
  readonly dimension?: number
  /** Rows of the table are scaled down to this length whenever an update leaves them longer. */
  readonly maxNorm?: number
  readonly sharedWith?: string
}

/** The same feature with an embedding of its own dimension; `sharedWith` shares vocabulary and table with another feature. */
export function embedding<V>(column: ColumnOf<V>, options: EmbeddingOptions): ColumnOf<V> {
  const { sharedWith, ...rest } = options
  return frozen({
    ...column,
    deep: { kind: 'embedding', ...rest },
    ...(sharedWith === undefined ? {} : { sharedWith }),
  })
}

/** The same feature as a multi-hot vector in the deep part, for few values. */
export function indicator<V>(column: ColumnOf<V>): ColumnOf<V> {
  return frozen({ ...column, deep: { kind: 'indicator' } })
}

export interface CrossOptions {
  readonly name?: string
  /** Default 2. */
  readonly minCount?: number
  readonly hashBuckets?: number
}

/** A cross-product transformation of two or more features (paper §3.1), for the wide part. */
export function cross<const N extends readonly [string, string, ...string[]]>(
  ...features: N
): CrossDeclaration<N[number]>
export function cross<const N extends readonly [string, string, ...string[]]>(
  ...featuresAndOptions: readonly [...N, CrossOptions]
): CrossDeclaration<N[number]>
export function cross(...given: readonly (string | CrossOptions)[]): CrossDeclaration {
  const names = given.filter((one) => typeof one === 'string')
  const options: CrossOptions = given.find((one) => typeof one === 'object') ?? {}
  return frozen({ kind: 'cross', name: names.join('_x_'), features: names, minCount: 2, ...options })
}

/** Freezes a value and all that it holds. */
export function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) frozen(part as object)
  return Object.freeze(value)
}
