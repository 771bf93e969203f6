/** Which tuples a cross gains by. */
import type { GainOptions } from './gain.js'
import type { PairTuples } from './kernels/pair-tuples.js'

export interface TupleEffect {
  /** Ids of both columns. */
  readonly ids: readonly [number, number]
  /** Mean weight over the folds: what it adds to the logit. */
  readonly weight: number
  /** Held-out rows with it. */
  readonly rows: number
  /** Its part of the cross's gain. */
  readonly gain: number
}

const shown = 5

/** The tuples with the largest parts of a gain just measured (`options.gains`). A row with several shares its gain evenly. */
export function strongestTuples(
  pair: PairTuples,
  weights: readonly Float64Array[],
  { rows, folds, gains }: GainOptions,
): TupleEffect[] {
  const sums = new Float64Array(pair.count)
  const counts = new Int32Array(pair.count)
  let total = 0
  for (const { measured } of folds) {
    for (const row of measured) {
      total += rows.weights[row] ?? 0
      const first = pair.offsets ? (pair.offsets[row] ?? 0) : row
      const end = pair.offsets ? (pair.offsets[row + 1] ?? 0) : row + 1
      for (let entry = first; entry < end; entry++) {
        const tuple = pair.entries[entry] ?? 0
        sums[tuple] = (sums[tuple] ?? 0) + (gains[row] ?? 0) / (end - first)
        counts[tuple] = (counts[tuple] ?? 0) + 1
      }
    }
  }
  const order = Array.from(sums.keys()).sort((a, b) => (sums[b] ?? 0) - (sums[a] ?? 0))
  return order.slice(0, shown).flatMap((tuple) => {
    const gain = (sums[tuple] ?? 0) / total
    if (gain <= 0) return []
    const ids = [pair.tuples[2 * tuple] ?? 0, pair.tuples[2 * tuple + 1] ?? 0] as const
    return [{ ids, weight: meanWeight(weights, tuple), rows: counts[tuple] ?? 0, gain }]
  })
}

function meanWeight(weights: readonly Float64Array[], tuple: number): number {
  const own = weights.map((fold) => fold[tuple] ?? NaN).filter((weight) => !Number.isNaN(weight))
  return own.reduce((sum, weight) => sum + weight, 0) / own.length
}
