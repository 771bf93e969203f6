import type { Metric } from '../metric.js'
import { weightedMean } from '../metric.js'

/** Share of rows on the right side of one half. */
export const accuracy: Metric = {
  name: 'accuracy',
  heads: ['binary'],
  better: 'higher',
  description: 'share of rows on the right side of 0.5; compare with accuracyBaseline',
  compute: (rows) => weightedMean(rows, (score, label) => Number(score > 0.5 === label > 0.5)),
}
