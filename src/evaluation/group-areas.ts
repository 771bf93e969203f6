/** The AUC within each group, for the metrics that read it. */
import { ascendingOrder } from './kernels/radix-sort.js'
import type { ScoredRows } from './metric.js'
import { ascendingByScore, weightOf } from './metric.js'
import { aucOf } from './metrics/auc.js'

export interface GroupArea {
  /** `null` where the group has one class only. */
  readonly area: number | null
  /** Of its rows. */
  readonly weight: number
}

/** One entry for each group, by ascending group; none without groups. */
export function groupAreas(rows: ScoredRows): GroupArea[] {
  const { groups } = rows
  if (!groups) return []
  const byScore = ascendingByScore(rows)
  // The sort is stable: within a group the rows keep their order of score.
  const order = ascendingOrder(Int32Array.from(byScore, (row) => groups[row] ?? 0)).map((at) => byScore[at] ?? 0)
  const areas: GroupArea[] = []
  for (let start = 0; start < order.length;) {
    let end = start
    let weight = 0
    for (; end < order.length && groups[order[end] ?? 0] === groups[order[start] ?? 0]; end++)
      weight += weightOf(rows, order[end] ?? 0)
    areas.push({ area: aucOf(rows, order.subarray(start, end)), weight })
    start = end
  }
  return areas
}
