import { macroMean } from '../class-scores.js'
import type { Metric } from '../metric.js'
import { ascendingByScore } from '../metric.js'
import { aucOf } from './auc.js'

/** One class against all others, then the plain mean over the classes that some rows are of and some are not. */
export const macroAuc: Metric = {
  name: 'macroAuc',
  heads: ['multiclass'],
  better: 'higher',
  description: 'AUC of each class against the rest, mean over classes; 0.5 is chance',
  compute: (rows) => macroMean(rows, (own) => aucOf(own, ascendingByScore(own))),
}
