import type { Metric } from '../metric.js'
import { weightedMean } from '../metric.js'

export const mae: Metric = {
  name: 'mae',
  heads: ['regression'],
  better: 'lower',
  description: 'mean absolute error, in units of the label; lower is better',
  compute: (rows) => weightedMean(rows, (score, label) => Math.abs(score - label)),
}
