/** Rows picked out of column arrays: plain loops, the hot path between two steps. */
import type { JaggedIds } from '../../features/index.js'

/** The id of each row. */
function gatherSingles(all: Int32Array, rows: Uint32Array): Int32Array {
  const ids = new Int32Array(rows.length)
  for (let at = 0; at < rows.length; at++) ids[at] = all[rows[at]!]!
  return ids
}

/** The ids of each row. */
export function gatherJagged({ ids, offsets, weights }: JaggedIds, rows: Uint32Array): JaggedIds {
  if (offsets) return gatherLists(ids, { offsets, weights }, rows)
  return { ids: gatherSingles(ids, rows), offsets, weights: weights && gatherNumbers(weights, 1, rows) }
}

/** The lists of each row, with offsets of their own. */
function gatherLists(
  all: Int32Array,
  { offsets, weights }: { readonly offsets: Int32Array; readonly weights: Float32Array | null },
  rows: Uint32Array,
): JaggedIds {
  const own = new Int32Array(rows.length + 1)
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!
    own[at + 1] = own[at]! + offsets[row + 1]! - offsets[row]!
  }
  const ids = new Int32Array(own[rows.length]!)
  for (let at = 0; at < rows.length; at++) {
    const shift = offsets[rows[at]!]! - own[at]!
    for (let target = own[at]!; target < own[at + 1]!; target++) ids[target] = all[target + shift]!
  }
  if (!weights) return { ids, offsets: own, weights }
  const ownWeights = new Float32Array(ids.length)
  for (let at = 0; at < rows.length; at++) {
    const shift = offsets[rows[at]!]! - own[at]!
    for (let target = own[at]!; target < own[at + 1]!; target++) ownWeights[target] = weights[target + shift]!
  }
  return { ids, offsets: own, weights: ownWeights }
}

/** The `width` numbers of each row. */
export function gatherNumbers(all: Float32Array, width: number, rows: Uint32Array): Float32Array {
  const values = new Float32Array(rows.length * width)
  if (width === 1) {
    for (let at = 0; at < rows.length; at++) values[at] = all[rows[at]!]!
    return values
  }
  for (let at = 0; at < rows.length; at++) {
    const from = rows[at]! * width
    for (let index = 0; index < width; index++) values[at * width + index] = all[from + index]!
  }
  return values
}
