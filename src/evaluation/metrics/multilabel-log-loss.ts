import { weightedRowMean } from '../class-scores.js'
import type { Metric } from '../metric.js'

/** As for `logLoss`. */
const epsilon = 1e-7

/** Mean negative log likelihood over rows and labels. */
export const multilabelLogLoss: Metric = {
  name: 'multilabelLogLoss',
  heads: ['multilabel'],
  better: 'lower',
  description: 'mean negative log likelihood over rows and labels; lower is better',
  compute(rows) {
    const { scores, labels, width = 1 } = rows
    return weightedRowMean(rows, (row) => {
      let sum = 0
      for (let at = row * width; at < (row + 1) * width; at++) {
        const p = Math.min(1 - epsilon, Math.max(epsilon, scores[at] ?? 0))
        const label = labels[at] ?? 0
        sum -= label * Math.log(p) + (1 - label) * Math.log(1 - p)
      }
      return sum / width
    })
  },
}
