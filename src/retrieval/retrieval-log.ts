/** What indexes are built from: the positives of the training split as numbers, nothing later. */

export interface RetrievalLog {
  /** Keys of the catalogue's items, in its order: items below are indices into it. */
  readonly itemKeys: readonly string[]
  /** The moment of each item's first example, in milliseconds since 1970; NaN where the data has no time. */
  readonly firstSeenMs: Float64Array
  /** The item of each positive, oldest first. */
  readonly items: Int32Array
  /** What each user acted on, oldest first, an item once, at its last time. */
  readonly histories: Histories
  /** Columns of the user with few values, and the id of each positive in them. */
  readonly segments: readonly SegmentColumn[]
}

/** User `u` owns `items[offsets[u]] … items[offsets[u + 1] - 1]`. */
export interface Histories {
  readonly offsets: Int32Array
  readonly items: Int32Array
}

export interface SegmentColumn {
  readonly name: string
  readonly idCount: number
  readonly ids: Int32Array
}
