import type { Metric } from '../metric.js'
import { ascendingByScore, weightOf } from '../metric.js'

/** Average precision: Σ (recall step · precision) over thresholds from high to low, equal scores as one step. */
export const aucPr: Metric = {
  name: 'aucPr',
  heads: ['binary'],
  description: 'average precision; chance is the share of positives',
  compute(rows) {
    const order = ascendingByScore(rows).reverse()
    let positives = 0
    let all = 0
    let area = 0
    for (let start = 0; start < order.length;) {
      const score = rows.scores[order[start] ?? 0]
      let gained = 0
      let end = start
      for (; end < order.length && rows.scores[order[end] ?? 0] === score; end++) {
        const row = order[end] ?? 0
        gained += weightOf(rows, row) * (rows.labels[row] ?? 0)
        all += weightOf(rows, row)
      }
      positives += gained
      if (gained > 0) area += gained * (positives / all)
      start = end
    }
    return positives > 0 ? area / positives : null
  },
}
