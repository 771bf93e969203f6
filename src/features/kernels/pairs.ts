/** Crossing two columns of ids, the hot path of a history crossed with an item: plain nested loops. */
import type { JaggedIds } from '../encoded-batch.js'

/** The ids of pairs of a dense domain: `ids[a · width + b]`, `absent` outside of it. */
export interface DensePairs {
  readonly ids: Int32Array
  readonly width: number
  readonly height: number
  readonly absent: number
}

/** Lays out the ids of pairs as a matrix; `null` when that would take more than `mostCells` cells. */
export function densePairs(
  pairs: Int32Array,
  options: { firstId: number; absent: number; mostCells: number },
): DensePairs | null {
  let height = 0
  let width = 0
  for (let at = 0; at < pairs.length; at += 2) {
    height = Math.max(height, pairs[at]! + 1)
    width = Math.max(width, pairs[at + 1]! + 1)
  }
  if (height * width > options.mostCells) return null
  const ids = new Int32Array(height * width).fill(options.absent)
  for (let at = 0; at < pairs.length; at += 2) ids[pairs[at]! * width + pairs[at + 1]!] = options.firstId + at / 2
  return { ids, width, height, absent: options.absent }
}

/** The crosses of each row, the second column turning fastest; `offsets` says where each row's begin. */
export function crossPairs(
  [a, b]: readonly [JaggedIds, JaggedIds],
  offsets: Int32Array,
  { ids, width, height, absent }: DensePairs,
): Int32Array {
  const rowCount = offsets.length - 1
  const crossed = new Int32Array(offsets[rowCount]!)
  let at = 0
  for (let row = 0; row < rowCount; row++) {
    const firstA = a.offsets ? a.offsets[row]! : row
    const endA = a.offsets ? a.offsets[row + 1]! : row + 1
    const firstB = b.offsets ? b.offsets[row]! : row
    const endB = b.offsets ? b.offsets[row + 1]! : row + 1
    for (let i = firstA; i < endA; i++) {
      const left = a.ids[i]!
      const base = left * width
      for (let j = firstB; j < endB; j++) {
        const right = b.ids[j]!
        crossed[at++] = left < height && right < width ? ids[base + right]! : absent
      }
    }
  }
  return crossed
}
