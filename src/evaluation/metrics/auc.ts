import type { Metric, ScoredRows } from '../metric.js'
import { ascendingByScore, endOfRun } from '../metric.js'

/** Exact area under the ROC curve: P(score of a positive > score of a negative), ties one half, by weights. */
export const auc: Metric = {
  name: 'auc',
  heads: ['binary'],
  better: 'higher',
  description: 'share of (positive, negative) pairs in the right order; 0.5 is chance',
  compute: (rows) => aucOf(rows, ascendingByScore(rows)),
}

/** The AUC over rows in ascending order of score; `null` without both classes. */
export function aucOf(rows: ScoredRows, order: Uint32Array): number | null {
  const { labels, weights } = rows
  let negatives = 0
  let positives = 0
  let area = 0
  for (let start = 0, end = 0; start < order.length; start = end) {
    end = endOfRun(rows, order, start)
    let tiedNegatives = 0
    let tiedPositives = 0
    for (let at = start; at < end; at++) {
      const row = order[at] ?? 0
      const weight = weights?.[row] ?? 1
      const label = labels[row] ?? 0
      tiedPositives += weight * label
      tiedNegatives += weight * (1 - label)
    }
    area += tiedPositives * (negatives + tiedNegatives / 2)
    negatives += tiedNegatives
    positives += tiedPositives
  }
  return negatives > 0 && positives > 0 ? area / (negatives * positives) : null
}
