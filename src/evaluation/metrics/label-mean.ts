import type { Metric } from '../metric.js'
import { weightedMean } from '../metric.js'

export const labelMean: Metric = {
  name: 'labelMean',
  heads: ['binary', 'regression'],
  better: 'neither',
  description: 'mean of the labels',
  compute: (rows) => weightedMean(rows, (_, label) => label),
}
