import type { ScoredRows } from './metric.js'
import { metrics } from './metrics/index.js'

/** Every metric of a head on scored rows, by name; grouped metrics only where rows have groups. */
export function evaluatePointwise(head: 'binary' | 'regression', rows: ScoredRows): Record<string, number | null> {
  const chosen = metrics.filter(
    ({ heads, name }) => heads.includes(head) && (rows.groups !== undefined || name !== 'groupedAuc'),
  )
  return Object.fromEntries(chosen.map((metric) => [metric.name, metric.compute(rows)]))
}

/** Name and reading of every metric. */
export const metricDeclarations: readonly { readonly name: string; readonly description: string }[] = metrics
