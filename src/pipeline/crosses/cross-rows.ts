/** Scored rows that crosses are looked for in: ids of the candidate columns beside label, weight and the model's logit. */

/** Ids of one column; row `r` owns `ids[offsets[r]] … ids[offsets[r + 1] − 1]`, or `ids[r]` without offsets. */
export interface CrossColumn {
  readonly name: string
  /** Ids are below it. */
  readonly idCount: number
  readonly ids: Int32Array
  readonly offsets: Int32Array | null
}

export interface CrossRows {
  readonly rowCount: number
  readonly columns: readonly CrossColumn[]
  readonly labels: Float32Array
  readonly weights: Float32Array
  /** What the model says without any proposed cross. */
  readonly logits: Float64Array
  /** Equal where the user is: rows of one user are no independent evidence. `null` without users. */
  readonly groups: Int32Array | null
  /** Rows before this one are training rows; this one and all after it are held out. */
  readonly firstHeldOut: number
}
