/** What a metric is: one file in `metrics/`, one line in `metrics/index.ts`. */
import type { HeadName } from '../model/index.js'
import { ascendingOrder } from './kernels/radix-sort.js'

export interface ScoredRows {
  /** Row-major: probabilities for a binary head, values for regression, a probability of each class for the others. */
  readonly scores: Float32Array | Float64Array
  /** As in an encoded batch: for a multi-label head a 0 or 1 for each label. */
  readonly labels: Float32Array
  /** Scores of a row: its classes. Default 1. */
  readonly width?: number
  /** Numbers that the label of a row is made of. Default 1. */
  readonly labelWidth?: number
  /** One per row; all 1 when absent. */
  readonly weights?: Float32Array
  /** The group (the user) of each row, for grouped metrics. */
  readonly groups?: Int32Array
  /** Rows by ascending score where that is known: sorting is most of the work of a metric that is computed again and again. */
  readonly order?: Uint32Array
}

export interface Metric {
  readonly name: string
  readonly heads: readonly HeadName[]
  /** Which way is better; `neither` for what only describes the rows or is best at 1. */
  readonly better: 'higher' | 'lower' | 'neither'
  /** True where the metric needs `groups`; it is left out of rows without them. */
  readonly isGrouped?: boolean
  /** How to read the number, in one line. */
  readonly description: string
  /** `null` where the metric is undefined on these rows, never NaN. */
  compute(rows: ScoredRows): number | null
}

/** Rows that there are. */
export const rowCountOf = ({ labels, labelWidth = 1 }: Pick<ScoredRows, 'labels' | 'labelWidth'>): number =>
  labels.length / labelWidth

/** The weight of a row. */
export const weightOf = ({ weights }: ScoredRows, row: number): number => weights?.[row] ?? 1

/** The weighted mean of a number of each row; `null` without weight. */
export function weightedMean(rows: ScoredRows, value: (score: number, label: number) => number): number | null {
  const { scores, labels, weights } = rows
  let sum = 0
  let total = 0
  for (let row = 0; row < labels.length; row++) {
    const weight = weights?.[row] ?? 1
    // Of most resamples a third of the rows is not drawn.
    if (weight === 0) continue
    sum += weight * value(scores[row] ?? 0, labels[row] ?? 0)
    total += weight
  }
  return total > 0 ? sum / total : null
}

/** Row indices by ascending score; equal scores in row order. */
export const ascendingByScore = ({ scores, order }: ScoredRows): Uint32Array => order ?? ascendingOrder(scores)

/** Where the run of rows with the score at `start` ends, in an order of rows that is sorted by score; beyond `start` even for NaN. */
export function endOfRun({ scores }: ScoredRows, order: Uint32Array, start: number): number {
  const score = scores[order[start] ?? 0]
  let end = start + 1
  while (end < order.length && scores[order[end] ?? 0] === score) end++
  return end
}
