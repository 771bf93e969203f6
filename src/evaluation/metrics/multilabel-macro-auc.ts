import { macroMean } from '../class-scores.js'
import type { Metric } from '../metric.js'
import { ascendingByScore } from '../metric.js'
import { aucOf } from './auc.js'

/** The plain mean of the AUC over the labels that some rows have and some have not. */
export const multilabelMacroAuc: Metric = {
  name: 'multilabelMacroAuc',
  heads: ['multilabel'],
  better: 'higher',
  description: 'AUC of each label, mean over labels; 0.5 is chance',
  compute: (rows) => macroMean(rows, (own) => aucOf(own, ascendingByScore(own))),
}
