import { groupAreas } from '../group-areas.js'
import type { Metric } from '../metric.js'

/** Share of the rows' weight in groups with both classes: what `groupedAuc` is an average over. */
export const groupedAucCoverage: Metric = {
  name: 'groupedAucCoverage',
  heads: ['binary'],
  better: 'neither',
  isGrouped: true,
  description: 'share of impressions that groupedAuc counts: those of users with both classes',
  compute(rows) {
    let judged = 0
    let total = 0
    for (const { area, weight } of groupAreas(rows)) {
      if (area !== null) judged += weight
      total += weight
    }
    return total > 0 ? judged / total : null
  },
}
