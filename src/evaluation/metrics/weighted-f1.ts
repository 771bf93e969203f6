import { countClasses, f1Of } from '../class-scores.js'
import type { Metric } from '../metric.js'

/** The mean of F1 over classes, each by the weight of its rows. */
export const weightedF1: Metric = {
  name: 'weightedF1',
  heads: ['multiclass'],
  better: 'higher',
  description: 'mean over classes of the harmonic mean of precision and recall: every class counts by its rows',
  compute(rows) {
    const counts = countClasses(rows)
    const total = counts.reduce((sum, { actual }) => sum + actual, 0)
    return total > 0 ? counts.reduce((sum, own) => sum + own.actual * f1Of(own), 0) / total : null
  },
}
