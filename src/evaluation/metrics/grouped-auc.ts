import type { Metric } from '../metric.js'
import { ascendingByScore, weightOf } from '../metric.js'
import { aucOf } from './auc.js'

/** The AUC within each group (user), averaged by the weight of its rows; groups with one class only are left out. */
export const groupedAuc: Metric = {
  name: 'groupedAuc',
  heads: ['binary'],
  description: 'AUC within each user, averaged by impressions; users with one class only are left out',
  compute(rows) {
    if (!rows.groups) return null
    const byGroup = new Map<number, number[]>()
    for (const row of ascendingByScore(rows)) {
      const group = rows.groups[row] ?? 0
      const own = byGroup.get(group)
      if (own) own.push(row)
      else byGroup.set(group, [row])
    }
    let sum = 0
    let total = 0
    for (const own of byGroup.values()) {
      const area = aucOf(rows, Uint32Array.from(own))
      if (area === null) continue
      const weight = own.reduce((all, row) => all + weightOf(rows, row), 0)
      sum += weight * area
      total += weight
    }
    return total > 0 ? sum / total : null
  },
}
