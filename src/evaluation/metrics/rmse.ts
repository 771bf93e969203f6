import type { Metric } from '../metric.js'
import { weightedMean } from '../metric.js'

export const rmse: Metric = {
  name: 'rmse',
  heads: ['regression'],
  better: 'lower',
  description: 'root of the mean squared error, in units of the label; lower is better',
  compute(rows) {
    const mean = weightedMean(rows, (score, label) => (score - label) ** 2)
    return mean === null ? null : Math.sqrt(mean)
  },
}
