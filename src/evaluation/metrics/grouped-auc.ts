import { groupAreas } from '../group-areas.js'
import type { Metric } from '../metric.js'

/**
 * The AUC within each group (user), averaged by the weight of its rows (GAUC; Zhou et al. 2018, §6.3); groups with one
 * class only have no AUC and are left out: `groupedAucCoverage` says how much that leaves.
 */
export const groupedAuc: Metric = {
  name: 'groupedAuc',
  heads: ['binary'],
  better: 'higher',
  isGrouped: true,
  description: 'AUC within each user, averaged by impressions; users with one class only are left out',
  compute(rows) {
    let sum = 0
    let total = 0
    for (const { area, weight } of groupAreas(rows)) {
      if (area === null) continue
      sum += weight * area
      total += weight
    }
    return total > 0 ? sum / total : null
  },
}
