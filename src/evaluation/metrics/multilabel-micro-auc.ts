import type { Metric, ScoredRows } from '../metric.js'
import { ascendingByScore, rowCountOf, weightOf } from '../metric.js'
import { aucOf } from './auc.js'

/** The AUC over all pairs of a row and a label as if each were a row. */
export const multilabelMicroAuc: Metric = {
  name: 'multilabelMicroAuc',
  heads: ['multilabel'],
  better: 'higher',
  description: 'AUC over all pairs of row and label; also rewards knowing which labels are frequent',
  compute(rows) {
    const { width = 1, labels, scores } = rows
    const weights = Float32Array.from({ length: rowCountOf(rows) * width }, (_, at) =>
      weightOf(rows, Math.floor(at / width)),
    )
    const all: ScoredRows = { scores, labels, weights }
    return aucOf(all, ascendingByScore(all))
  },
}
