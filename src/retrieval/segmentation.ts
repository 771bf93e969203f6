/** Which column of the user tells most about what is chosen, found without a validation split. */
import type { RetrievalLog, SegmentColumn } from './retrieval-log.js'

export interface Segmentation {
  readonly column: SegmentColumn
  /** Positives that everyone's shares count as in each segment. */
  readonly priorWeight: number
  /** Share of each item among the positives of everyone. */
  readonly shares: Float64Array
}

/** From trusting a segment's own counts to hardly at all; a factor of √10 changes no list worth speaking of. */
const priorWeights = [10, 31, 100, 316, 1000, 3162, 10_000, 31_623, 100_000]

/** Positives of each item. */
export function itemCounts({ items, itemKeys }: Pick<RetrievalLog, 'items' | 'itemKeys'>): Int32Array {
  const counts = new Int32Array(itemKeys.length)
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1
  return counts
}

/**
 * The column and weight with the greatest leave-one-out likelihood of the positives; `null` where no column beats everyone's shares.
 * Each positive is predicted from all others: `(n_si − 1 + m·p_i) / (n_s − 1 + m)`.
 */
export function bestSegmentation(log: RetrievalLog): Segmentation | null {
  const counts = itemCounts(log)
  const total = log.items.length
  // One more than there is of each item, and the positive itself left out: never 0 for an item that was chosen.
  const shares = Float64Array.from(counts, (count) => count / Math.max(1, total - 1 + counts.length))
  let best: Segmentation | null = null
  let bestLikelihood = sumOver(counts, (count, item) => count * Math.log(shares[item] ?? 0))
  for (const column of log.segments) {
    const cells = cellsOf(log, column)
    for (const priorWeight of priorWeights) {
      const likelihood = leaveOneOut(cells, priorWeight, shares)
      if (likelihood > bestLikelihood) [best, bestLikelihood] = [{ column, priorWeight, shares }, likelihood]
    }
  }
  return best
}

const sumOver = (counts: Int32Array, value: (count: number, item: number) => number): number =>
  counts.reduce((sum, count, item) => (count > 0 ? sum + value(count, item) : sum), 0)

interface Cells {
  /** Positives by segment. */
  readonly totals: Int32Array
  /** Positives by `segment × itemCount + item`. */
  readonly counts: ReadonlyMap<number, number>
}

function cellsOf({ items, itemKeys }: RetrievalLog, { ids, idCount }: SegmentColumn): Cells {
  const totals = new Int32Array(idCount)
  const counts = new Map<number, number>()
  for (const [index, id] of ids.entries()) {
    const cell = id * itemKeys.length + (items[index] ?? 0)
    totals[id] = (totals[id] ?? 0) + 1
    counts.set(cell, (counts.get(cell) ?? 0) + 1)
  }
  return { totals, counts }
}

function leaveOneOut({ totals, counts }: Cells, priorWeight: number, shares: Float64Array): number {
  let sum = 0
  for (const [cell, count] of counts) {
    const total = totals[Math.floor(cell / shares.length)] ?? 0
    const share = shares[cell % shares.length] ?? 0
    sum += count * Math.log((count - 1 + priorWeight * share) / (total - 1 + priorWeight))
  }
  return sum
}
