/** The ids of one column for the rows of a batch, as compressed sparse rows. */
export interface IdLists {
  readonly ids: Int32Array
  /** `rowCount + 1` entries from 0; `null` when each row has exactly one id. */
  readonly offsets: Int32Array | null
  /** One weight an id; `null` when all weigh 1. */
  readonly weights: Float32Array | null
}

/** Where the ids of a row begin. */
export const startOf = ({ offsets }: Pick<IdLists, 'offsets'>, row: number): number =>
  offsets ? (offsets[row] ?? 0) : row

/** How the rows of a list become one, as in TensorFlow: Σ, Σ/Σw, Σ/√Σw². */
export type RowCombiner = 'sum' | 'mean' | 'sqrtn'
