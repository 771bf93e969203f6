import type { Metric } from '../metric.js'
import { weightedMean } from '../metric.js'

/** The accuracy of always saying the more frequent class. */
export const accuracyBaseline: Metric = {
  name: 'accuracyBaseline',
  heads: ['binary'],
  better: 'neither',
  description: 'accuracy of always saying the more frequent class',
  compute(rows) {
    const share = weightedMean(rows, (_, label) => Number(label > 0.5))
    return share === null ? null : Math.max(share, 1 - share)
  },
}
