import { countClasses, f1Of } from '../class-scores.js'
import type { Metric } from '../metric.js'

/** The plain mean of F1 over the classes that rows have or are said to have. */
export const macroF1: Metric = {
  name: 'macroF1',
  heads: ['multiclass'],
  better: 'higher',
  description: 'mean over classes of the harmonic mean of precision and recall: every class counts the same',
  compute(rows) {
    const met = countClasses(rows).filter(({ actual, predicted }) => actual + predicted > 0)
    return met.length > 0 ? met.reduce((sum, counts) => sum + f1Of(counts), 0) / met.length : null
  },
}
