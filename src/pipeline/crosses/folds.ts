/** Which rows weights are estimated on, and on which they are measured. */
import { permutation, randomKey } from '../../base/index.js'
import type { CrossRows } from './cross-rows.js'
import type { RowState } from './kernels/tuple-sums.js'
import { updateRows } from './kernels/tuple-sums.js'

/**
 * What the weights of a cross are estimated on: `heldOut`, the held-out rows of the other folds, where the model's logits are
 * honest but rows are few; or `all`, training rows as well, which are many, but whose logits an over-fitted model has drawn to their
 * labels. Both are measured on held-out rows that they have not seen, so the better one can be chosen pair by pair.
 */
export const estimates = ['heldOut', 'all'] as const
export type Estimate = (typeof estimates)[number]

export interface Fold {
  /** Rows of the other folds, by what they are for. */
  readonly fit: Readonly<Record<Estimate, Int32Array>>
  readonly measured: Int32Array
  /** Logits of all rows; those of accepted crosses come from this fold's own weights, so that none has seen `measured`. */
  readonly state: RowState
}

/** Cuts the held-out rows into `count` folds of equal size, by lot. */
export function createFolds(rows: CrossRows, { count, seed }: { count: number; seed: number }): Fold[] {
  const order = permutation(rows.rowCount - rows.firstHeldOut, randomKey(seed, 'cross folds'))
  const foldOf = new Int32Array(rows.rowCount).fill(-1)
  for (const [place, row] of order.entries()) foldOf[rows.firstHeldOut + row] = place % count
  return Array.from({ length: count }, (_, fold) => ({
    fit: {
      heldOut: rowsWhere(foldOf, (own) => own >= 0 && own !== fold),
      all: rowsWhere(foldOf, (own) => own !== fold),
    },
    measured: rowsWhere(foldOf, (own) => own === fold),
    state: rowState(rows),
  }))
}

function rowsWhere(foldOf: Int32Array, isIn: (fold: number) => boolean): Int32Array {
  const rows = new Int32Array(foldOf.length)
  let count = 0
  for (const [row, fold] of foldOf.entries()) if (isIn(fold)) rows[count++] = row
  return rows.slice(0, count)
}

function rowState({ rowCount, labels, weights, logits }: CrossRows): RowState {
  const state = {
    labels,
    weights,
    logits: logits.slice(),
    probabilities: new Float64Array(rowCount),
    derivatives: new Float64Array(2 * rowCount),
  }
  updateRows(state)
  return state
}
