/** The distinct tuples of a pair of columns over all rows, numbered as they are met: plain loops over typed arrays. */
import type { CrossColumn } from '../cross-rows.js'

export interface PairTuples {
  /** How many distinct tuples there are. */
  readonly count: number
  /** Two ids for each tuple. */
  readonly tuples: Int32Array
  /** Ids of the left and of the right column are below these. */
  readonly idCounts: readonly [number, number]
  /** Entries of row `r`: `offsets[r] … offsets[r + 1] − 1`; `null` when each row has exactly one. */
  readonly offsets: Int32Array | null
  /** The tuple of each entry. */
  readonly entries: Int32Array
}

/** Products of id counts up to this are looked up directly; larger ones by hash. */
const directSlots = 1 << 21

/** Numbers the tuples of two columns of `rowCount` rows; lists by cartesian product. */
export function pairTuples(a: CrossColumn, b: CrossColumn, rowCount: number): PairTuples {
  const offsets = productOffsets(a, b, rowCount)
  const entries = new Int32Array(offsets ? offsets[rowCount]! : rowCount)
  const idCounts = [a.idCount, b.idCount] as const
  const numbering = createNumbering(a.idCount, b.idCount, entries.length)
  if (!offsets) {
    for (let row = 0; row < rowCount; row++) entries[row] = numbering.indexOf(a.ids[row]!, b.ids[row]!)
    return { ...numbering.tuples(), idCounts, offsets, entries }
  }
  for (let row = 0, at = 0; row < rowCount; row++) {
    const [firstA, endA] = [a.offsets ? a.offsets[row]! : row, a.offsets ? a.offsets[row + 1]! : row + 1]
    const [firstB, endB] = [b.offsets ? b.offsets[row]! : row, b.offsets ? b.offsets[row + 1]! : row + 1]
    for (let i = firstA; i < endA; i++)
      for (let j = firstB; j < endB; j++) entries[at++] = numbering.indexOf(a.ids[i]!, b.ids[j]!)
  }
  return { ...numbering.tuples(), idCounts, offsets, entries }
}

function productOffsets(a: CrossColumn, b: CrossColumn, rowCount: number): Int32Array | null {
  if (!a.offsets && !b.offsets) return null
  const offsets = new Int32Array(rowCount + 1)
  for (let row = 0; row < rowCount; row++) {
    const left = a.offsets ? a.offsets[row + 1]! - a.offsets[row]! : 1
    const right = b.offsets ? b.offsets[row + 1]! - b.offsets[row]! : 1
    offsets[row + 1] = offsets[row]! + left * right
  }
  return offsets
}

interface Numbering {
  indexOf(left: number, right: number): number
  tuples(): Pick<PairTuples, 'count' | 'tuples'>
}

/** Tuples to consecutive numbers: a direct table where it is small, open addressing on the exact ids elsewhere. */
function createNumbering(leftCount: number, rightCount: number, entryCount: number): Numbering {
  const product = leftCount * rightCount
  const isDirect = product <= directSlots
  const size = isDirect ? product : 2 ** Math.ceil(Math.log2(2 * entryCount + 2))
  const slots = new Int32Array(size).fill(-1)
  const known = new Int32Array(2 * Math.min(entryCount, product))
  let count = 0
  const add = (slot: number, left: number, right: number): number => {
    known[2 * count] = left
    known[2 * count + 1] = right
    slots[slot] = count
    return count++
  }
  const direct = (left: number, right: number): number => {
    const slot = left * rightCount + right
    const index = slots[slot]!
    return index < 0 ? add(slot, left, right) : index
  }
  const hashed = (left: number, right: number): number => {
    let hash = Math.imul(left ^ 0x9e3779b9, 0x7feb352d)
    hash = Math.imul((hash ^ (hash >>> 15) ^ right) | 0, 0x846ca68b)
    for (let slot = (hash ^ (hash >>> 16)) & (size - 1); ; slot = (slot + 1) & (size - 1)) {
      const index = slots[slot]!
      if (index < 0) return add(slot, left, right)
      if (known[2 * index] === left && known[2 * index + 1] === right) return index
    }
  }
  return { indexOf: isDirect ? direct : hashed, tuples: () => ({ count, tuples: known.subarray(0, 2 * count) }) }
}

/** Tuples of at least `minCount` rows, less what the main effects of their ids explain (at least 1). */
export function degreesOfFreedom({ tuples, idCounts }: PairTuples, counts: Int32Array, minCount: number): number {
  const left = new Uint8Array(idCounts[0])
  const right = new Uint8Array(idCounts[1])
  let freedom = 1
  for (let tuple = 0; tuple < counts.length; tuple++) {
    if (counts[tuple]! < minCount) continue
    const [a, b] = [tuples[2 * tuple]!, tuples[2 * tuple + 1]!]
    freedom += 1 - (1 - left[a]!) - (1 - right[b]!)
    left[a] = 1
    right[b] = 1
  }
  return Math.max(1, freedom)
}
