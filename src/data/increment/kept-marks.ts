/** Counts of events by key and moment, kept so that a running sum over them and the new ones is that over all days. */
import type { Earlier } from './increment.js'
import { keepSql, keptTable, momentSql } from './increment.js'

/** `key`, `t` and `n` of new events (a query with these columns) together with those kept for a table of marks. */
export const keptMarksSql = (earlier: Earlier, table: string, events: string): string =>
  `SELECT key, t, CAST(sum(n) AS BIGINT) AS n FROM (SELECT * FROM (${events}) UNION ALL BY NAME SELECT * FROM ${keptTable(earlier, table)}) GROUP BY key, t`

/**
 * A statement that keeps a table of marks up to the moment `until`. What no window of a later row begins in becomes one mark for each
 * key, at the last moment of it, which recency needs.
 */
export function keepMarks(
  directory: string,
  table: string,
  { until, longest }: { readonly until: number; readonly longest: number },
): string {
  const start = momentSql(until - longest)
  const old = `SELECT key, max(t) AS t, CAST(sum(n) AS BIGINT) AS n FROM ${table} WHERE t < ${start} GROUP BY key`
  const recent = `SELECT key, t, n FROM ${table} WHERE t >= ${start} AND t <= ${momentSql(until)}`
  return keepSql(directory, table, `${old} UNION ALL ${recent}`)
}
