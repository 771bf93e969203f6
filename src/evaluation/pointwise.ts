import type { ScoredRows } from './metric.js'
import { metrics } from './metrics/index.js'
import { listMetricDescriptions } from './ranking.js'

/** Every metric of a head on scored rows, by name; grouped metrics only where rows have groups. */
export function evaluatePointwise(head: 'binary' | 'regression', rows: ScoredRows): Record<string, number | null> {
  const chosen = metrics.filter(
    ({ heads, name }) => heads.includes(head) && (rows.groups !== undefined || name !== 'groupedAuc'),
  )
  return Object.fromEntries(chosen.map((metric) => [metric.name, metric.compute(rows)]))
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
