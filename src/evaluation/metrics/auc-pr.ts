import type { Metric } from '../metric.js'
import { ascendingByScore, endOfRun, weightOf } from '../metric.js'

/** Average precision: Σ (recall step · precision) over thresholds from high to low, equal scores as one step. */
export const aucPr: Metric = {
  name: 'aucPr',
  heads: ['binary'],
  better: 'higher',
  description: 'average precision; chance is the share of positives',
  compute(rows) {
    const order = ascendingByScore(rows).slice().reverse()
    let positives = 0
    let all = 0
    let area = 0
    for (let start = 0, end = 0; start < order.length; start = end) {
      end = endOfRun(rows, order, start)
      let gained = 0
      for (let at = start; at < end; at++) {
        const row = order[at] ?? 0
        gained += weightOf(rows, row) * (rows.labels[row] ?? 0)
        all += weightOf(rows, row)
      }
      positives += gained
      if (gained > 0) area += gained * (positives / all)
    }
    return positives > 0 ? area / positives : null
  },
}
