import type { Metric } from '../metric.js'
import { weightedMean } from '../metric.js'

/** Mean prediction over mean label. */
export const calibration: Metric = {
  name: 'calibration',
  heads: ['binary', 'regression'],
  better: 'neither',
  description: 'mean prediction / mean label; 1 is right, above it the model promises too much',
  compute(rows) {
    const label = weightedMean(rows, (_, one) => one)
    const prediction = weightedMean(rows, (score) => score)
    return label === null || prediction === null || label === 0 ? null : prediction / label
  },
}
