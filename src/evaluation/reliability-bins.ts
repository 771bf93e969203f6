/** Reliability: rows in bins by their score, and in each bin what was promised beside what happened (Murphy and Winkler 1977). */
import type { ScoredRows } from './metric.js'
import { ascendingByScore, endOfRun, weightOf } from './metric.js'
import { wilsonInterval } from './wilson-interval.js'

export interface ReliabilityBin {
  /** The lowest and the highest score in the bin. */
  readonly from: number
  readonly to: number
  readonly rows: number
  readonly weight: number
  readonly meanPrediction: number
  readonly meanLabel: number
  /** 95 % interval of the mean label (Wilson; weighted rows count as `(Σw)²/Σw²` rows). */
  readonly low: number
  readonly high: number
}

/** `equalMass`: bins of about one weight; `equalWidth`: bins of one width over [0, 1]. */
export type Binning = 'equalMass' | 'equalWidth'

/**
 * At most `count` bins, ascending, without empty ones. Rows of one score share a bin, so that the order of rows does not matter:
 * by mass, the bin where the middle of their weight lies. Rows without weight are left out; without others there is no bin.
 */
export function reliabilityBins(rows: ScoredRows, binning: Binning, count = 10): ReliabilityBin[] {
  const order = ascendingByScore(rows).filter((row) => weightOf(rows, row) > 0)
  const total = order.reduce((sum, row) => sum + weightOf(rows, row), 0)
  const bins: ReliabilityBin[] = []
  let open: number[] = []
  let openIndex = -1
  let before = 0
  for (let start = 0, end = 0; start < order.length; start = end) {
    end = endOfRun(rows, order, start)
    const run = order.subarray(start, end)
    const weight = run.reduce((sum, row) => sum + weightOf(rows, row), 0)
    const share = binning === 'equalMass' ? (before + weight / 2) / total : (rows.scores[run[0] ?? 0] ?? 0)
    const index = Math.min(count - 1, Math.floor(share * count))
    if (index !== openIndex && open.length > 0) bins.push(binOf(rows, open))
    if (index !== openIndex) open = []
    openIndex = index
    for (const row of run) open.push(row)
    before += weight
  }
  return open.length > 0 ? [...bins, binOf(rows, open)] : bins
}

function binOf(rows: ScoredRows, members: readonly number[]): ReliabilityBin {
  let [weight, squares, predictions, labels] = [0, 0, 0, 0]
  for (const row of members) {
    const one = weightOf(rows, row)
    weight += one
    squares += one * one
    predictions += one * (rows.scores[row] ?? 0)
    labels += one * (rows.labels[row] ?? 0)
  }
  return {
    from: rows.scores[members[0] ?? 0] ?? 0,
    to: rows.scores[members.at(-1) ?? 0] ?? 0,
    rows: members.length,
    weight,
    meanPrediction: predictions / weight,
    meanLabel: labels / weight,
    ...wilsonInterval(labels / weight, weight ** 2 / squares),
  }
}
