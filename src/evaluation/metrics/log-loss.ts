import type { Metric } from '../metric.js'
import { weightedMean } from '../metric.js'

/** Scores are clipped to `[ε, 1 − ε]`: one float32 score of exactly 0 or 1 must not make the mean infinite. */
const epsilon = 1e-7

/** Mean negative log likelihood of the labels. */
export const logLoss: Metric = {
  name: 'logLoss',
  heads: ['binary'],
  better: 'lower',
  description: 'mean negative log likelihood; lower is better',
  compute: (rows) =>
    weightedMean(rows, (score, label) => {
      const p = Math.min(1 - epsilon, Math.max(epsilon, score))
      return -(label * Math.log(p) + (1 - label) * Math.log(1 - p))
    }),
}
