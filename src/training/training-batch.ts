import type { EncodedBatch } from '../features/index.js'

/** A batch and its place in the epoch's order. */
export type TrainingBatch = EncodedBatch & {
  readonly firstRow: number
  /** Added to the logits of the rows in training; none by default. */
  readonly offsets?: Float32Array
}
