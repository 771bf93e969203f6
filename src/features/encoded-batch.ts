/**
 * The one batch type: what the encoder and the encoded cache make, and what models eat.
 * Ids are jagged (compressed sparse rows); numbers are row-major.
 */

/** Ids of one column for `rowCount` rows; row `r` owns `ids[offsets[r]] … ids[offsets[r + 1] - 1]`. */
export interface JaggedIds {
  /** Every id lies in `[0, idCount)` of its column; never negative. */
  readonly ids: Int32Array
  /** `rowCount + 1` entries from 0; `null` when each row has exactly one id (then `ids.length === rowCount`). */
  readonly offsets: Int32Array | null
  /** One weight per id, `≥ 0`; `null` when all weigh 1, and never for a weighted column. */
  readonly weights: Float32Array | null
}

/** Encoded feature values of some rows, by column name. */
export interface EncodedFeatures {
  readonly rowCount: number
  readonly ids: Readonly<Record<string, JaggedIds>>
  /** Row-major, `rowCount × width` of the column. */
  readonly numbers: Readonly<Record<string, Float32Array>>
}

/** Encoded features with what training needs beside them. */
export interface EncodedBatch extends EncodedFeatures {
  /** Row-major: 0 or 1 for a binary head, the number of its class, or a 0 or 1 for each label of a multi-label head. */
  readonly labels: Float32Array
  /** One example weight per row, `≥ 0`. */
  readonly weights: Float32Array
}

/** What a compiled column yields: ids below `idCount`, or `width` numbers. */
export type EncodedShape = IdsShape | { readonly kind: 'numbers'; readonly width: number }

export interface IdsShape {
  readonly kind: 'ids'
  readonly idCount: number
  readonly isMultivalent: boolean
  readonly combiner: Combiner
  /** Ids come with weights. Absent where they do not. */
  readonly isWeighted?: true
}

/** How the embeddings (or wide weights) of a multivalent column become one: as in TensorFlow. */
export type Combiner = 'sum' | 'mean' | 'sqrtn'

/** A column after compilation: its name and what it yields. */
export interface EncodedColumn {
  readonly name: string
  readonly shape: EncodedShape
}
