/** Rows that were final already, as events of histories that are made of rows. */
import type { HistoryTables } from '../history.js'
import type { Earlier } from './increment.js'
import { keepSql, keptTable, momentSql } from './increment.js'

const tableOf = (index: number): string => `events_${String(index)}`

/** What goes behind the query of a history's events: those of final rows, before all others. */
export const keptEventsSql = (earlier: Earlier, index: number): string =>
  ` UNION ALL BY NAME SELECT user, item, t, place FROM ${keptTable(earlier, tableOf(index))}`

/** A statement that keeps the last events of each user up to the moment `until`. */
export function keepEvents(
  directory: string,
  { events, last }: HistoryTables,
  { index, until }: { readonly index: number; readonly until: number },
): string {
  const query = `SELECT user, item, t, row_number() OVER (PARTITION BY user ORDER BY pos) AS place FROM (
      SELECT * FROM ${events} WHERE t <= ${momentSql(until)}
      QUALIFY row_number() OVER (PARTITION BY user ORDER BY pos DESC) <= ${String(last)})`
  return keepSql(directory, tableOf(index), query)
}
