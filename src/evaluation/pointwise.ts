import type { HeadName } from '../model/index.js'
import type { Metric, ScoredRows } from './metric.js'
import { metrics } from './metrics/index.js'
import { listMetricDescriptions } from './ranking.js'

/** Every pointwise metric: its name, heads, direction and how to read it. */
export const metricDeclarations: readonly Omit<Metric, 'compute'>[] = metrics

/**
 * Every metric of a head on scored rows, by name; grouped metrics only where rows have groups. `null` where a metric is
 * undefined on these rows, and for every metric when a score is NaN: nothing true can be said about such a model.
 */
export function evaluatePointwise(head: HeadName, rows: ScoredRows): Record<string, number | null> {
  const chosen = metrics.filter(
    ({ heads, isGrouped }) => heads.includes(head) && (rows.groups !== undefined || isGrouped !== true),
  )
  const isBroken = rows.scores.some((score: number) => Number.isNaN(score))
  return Object.fromEntries(chosen.map((metric) => [metric.name, isBroken ? null : metric.compute(rows)]))
}

/** How to read a metric by its name: `auc`, `ndcg@10`, `popularity ndcg@10`; empty where the name says it all. */
export function metricDescription(name: string): string {
  const base = name.replace(/^popularity /, '').replace(/@\d+$/, '')
  const pointwise = metrics.find((metric) => metric.name === base)?.description
  const inLists = (listMetricDescriptions as Readonly<Record<string, string>>)[base]
  return (
    pointwise ?? inLists ?? (base === 'rankedUsers' ? 'users who liked something there and so were ranked for' : '')
  )
}
