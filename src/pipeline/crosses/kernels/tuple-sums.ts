/** Sums over the rows of a fold, tuple by tuple: the hot loops of the search for crosses. */
import type { PairTuples } from './pair-tuples.js'

/** The model at its current logits, row by row. */
export interface RowState {
  readonly labels: Float32Array
  readonly weights: Float32Array
  readonly logits: Float64Array
  /** `p = σ(logit)` */
  readonly probabilities: Float64Array
  /** `w (y − p)` and `w p (1 − p)` in turn. */
  readonly derivatives: Float64Array
}

/** Gradient, curvature and rows of each tuple. */
export interface TupleSums {
  readonly gradients: Float64Array
  readonly curvatures: Float64Array
  readonly counts: Int32Array
}

/** Brings probabilities and derivatives up to the logits. */
export function updateRows({ labels, weights, logits, probabilities, derivatives }: RowState): void {
  for (let row = 0; row < logits.length; row++) {
    const p = 1 / (1 + Math.exp(-logits[row]!))
    probabilities[row] = p
    derivatives[2 * row] = weights[row]! * (labels[row]! - p)
    derivatives[2 * row + 1] = weights[row]! * p * (1 - p)
  }
}

/** Sums of some rows by tuple. A row with `c` tuples counts its curvature `c` times: their steps add up in its logit. */
export function sumTuples({ count, offsets, entries }: PairTuples, rows: Int32Array, state: RowState): TupleSums {
  const { derivatives } = state
  const gradients = new Float64Array(count)
  const curvatures = new Float64Array(count)
  const counts = new Int32Array(count)
  if (!offsets) {
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!
      const tuple = entries[row]!
      gradients[tuple]! += derivatives[2 * row]!
      curvatures[tuple]! += derivatives[2 * row + 1]!
      counts[tuple]!++
    }
    return { gradients, curvatures, counts }
  }
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!
    const length = offsets[row + 1]! - offsets[row]!
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const tuple = entries[entry]!
      gradients[tuple]! += derivatives[2 * row]!
      curvatures[tuple]! += derivatives[2 * row + 1]! * length
      counts[tuple]!++
    }
  }
  return { gradients, curvatures, counts }
}

/** Adds the weights of their tuples, where they have one, to the logits of all rows. */
export function addToLogits({ offsets, entries }: PairTuples, weights: Float64Array, logits: Float64Array): void {
  for (let row = 0; row < logits.length; row++) {
    const end = offsets ? offsets[row + 1]! : row + 1
    for (let entry = offsets ? offsets[row]! : row; entry < end; entry++) {
      const weight = weights[entries[entry]!]!
      if (!Number.isNaN(weight)) logits[row]! += weight
    }
  }
}

export interface Measured {
  readonly pair: PairTuples
  /** Weights of the tuples; NaN where a tuple has none for lack of rows. */
  readonly weights: Float64Array
  readonly rows: Int32Array
  /** Row by row, what the weights take off the loss, times the row's weight. */
  readonly gains: Float64Array
}

/**
 * Writes the gains of some rows; returns the weight of the rows with a tuple that has a weight. A step `s` changes the loss of a
 * row by `ln(1 + p (eˢ − 1)) − y s`.
 */
export function measureGains({ pair, weights, rows, gains }: Measured, state: RowState): number {
  const { offsets, entries } = pair
  const { labels, probabilities } = state
  let covered = 0
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!
    const end = offsets ? offsets[row + 1]! : row + 1
    let step = 0
    let isCovered = false
    for (let entry = offsets ? offsets[row]! : row; entry < end; entry++) {
      const weight = weights[entries[entry]!]!
      if (Number.isNaN(weight)) continue
      step += weight
      isCovered = true
    }
    if (isCovered) covered += state.weights[row]!
    const change = step === 0 ? 0 : Math.log1p(probabilities[row]! * Math.expm1(step)) - labels[row]! * step
    gains[row] = -state.weights[row]! * change
  }
  return covered
}
