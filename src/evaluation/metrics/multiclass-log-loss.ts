import { weightedRowMean } from '../class-scores.js'
import type { Metric } from '../metric.js'

/** As for `logLoss`: one score of exactly 0 must not make the mean infinite. */
const epsilon = 1e-7

/** Mean negative log likelihood of the rows' classes. */
export const multiclassLogLoss: Metric = {
  name: 'multiclassLogLoss',
  heads: ['multiclass'],
  better: 'lower',
  description: 'mean negative log likelihood of the class; ln(number of classes) is chance; lower is better',
  compute: (rows) =>
    weightedRowMean(rows, (row) => {
      const own = rows.scores[row * (rows.width ?? 1) + (rows.labels[row] ?? 0)] ?? 0
      return -Math.log(Math.max(epsilon, own))
    }),
}
