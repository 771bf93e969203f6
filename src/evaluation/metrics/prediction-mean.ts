import type { Metric } from '../metric.js'
import { weightedMean } from '../metric.js'

export const predictionMean: Metric = {
  name: 'predictionMean',
  heads: ['binary', 'regression'],
  better: 'neither',
  description: 'mean of the predictions',
  compute: (rows) => weightedMean(rows, (score) => score),
}
