/** Rows whose scores are a probability for each class: what the metrics of multi-class and multi-label heads share. */
import type { ScoredRows } from './metric.js'
import { rowCountOf, weightOf } from './metric.js'

/** The weighted mean of a number of each row and its place; `null` without weight. */
export function weightedRowMean(rows: ScoredRows, value: (row: number) => number): number | null {
  let sum = 0
  let total = 0
  for (let row = 0; row < rowCountOf(rows); row++) {
    const weight = weightOf(rows, row)
    sum += weight * value(row)
    total += weight
  }
  return total > 0 ? sum / total : null
}

/** How many classes come before a class in a row: those of higher score, and earlier ones of the same. */
export function rankOfClass({ scores, width = 1 }: ScoredRows, row: number, label: number): number {
  const own = scores[row * width + label] ?? 0
  let rank = 0
  for (let other = 0; other < width; other++) {
    const score = scores[row * width + other] ?? 0
    if (score > own || (score === own && other < label)) rank++
  }
  return rank
}

/** The share of rows whose class is among the `k` of highest score. */
export const topAccuracy = (rows: ScoredRows, k: number): number | null =>
  weightedRowMean(rows, (row) => Number(rankOfClass(rows, row, rows.labels[row] ?? 0) < k))

/** Weights of the rows of a class: those that are of it, those said to be, and those that are both. */
export interface ClassCounts {
  actual: number
  predicted: number
  hits: number
}

/** Counts of every class, where a row is said to be of the class of highest score. */
export function countClasses(rows: ScoredRows): ClassCounts[] {
  const { labels, width = 1 } = rows
  const counts = Array.from({ length: width }, () => ({ actual: 0, predicted: 0, hits: 0 }))
  for (let row = 0; row < labels.length; row++) {
    const weight = weightOf(rows, row)
    const label = labels[row] ?? 0
    const said = bestClass(rows, row)
    const [actual, predicted] = [counts[label], counts[said]]
    if (actual) actual.actual += weight
    if (predicted) predicted.predicted += weight
    if (actual && label === said) actual.hits += weight
  }
  return counts
}

function bestClass({ scores, width = 1 }: ScoredRows, row: number): number {
  let best = 0
  for (let place = 1; place < width; place++)
    if ((scores[row * width + place] ?? 0) > (scores[row * width + best] ?? 0)) best = place
  return best
}

/** `2·hits / (actual + predicted)`: the harmonic mean of precision and recall; 0 for a class that is neither. */
export const f1Of = ({ actual, predicted, hits }: ClassCounts): number =>
  actual + predicted > 0 ? (2 * hits) / (actual + predicted) : 0

/** The rows as seen by one class: its scores, and 1 where a row is of it. */
export function oneClass(rows: ScoredRows, place: number): ScoredRows {
  const { scores, labels, weights, width = 1, labelWidth = 1 } = rows
  const rowCount = rowCountOf(rows)
  const isOf = (row: number): number =>
    labelWidth > 1 ? (labels[row * labelWidth + place] ?? 0) : Number(labels[row] === place)
  return {
    scores: Float64Array.from({ length: rowCount }, (_, row) => scores[row * width + place] ?? 0),
    labels: Float32Array.from({ length: rowCount }, (_, row) => isOf(row)),
    ...(weights ? { weights } : {}),
  }
}

/** The plain mean over classes of a metric of each, leaving out those without one; `null` without any. */
export function macroMean(rows: ScoredRows, metric: (own: ScoredRows) => number | null): number | null {
  const values = Array.from({ length: rows.width ?? 1 }, (_, place) => metric(oneClass(rows, place)))
  const defined = values.flatMap((value) => value ?? [])
  return defined.length > 0 ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null
}
