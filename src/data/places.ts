/**
 * Cells that say themselves where something of theirs stands in a list: texts of an enumeration, and keys of lists that are numbers from 0. A row
 * finds it there for a tenth of what a join costs, and the list is not carried through what is done with rows before.
 */
import type { Database } from '../sql/index.js'
import { cellKinds } from './enumerated-cells.js'

/** The place of a cell, from 1, which is that of a missing one. */
export type PlaceSql = (cell: string) => string

const ofText: PlaceSql = (cell) => `coalesce(CAST(enum_code(${cell}) AS INTEGER) + 2, 1)`
const ofKey: PlaceSql = (cell) => `coalesce(${cell} + 2, 1)`

/** Places for each key at most: an empty one costs some bytes. */
const mostPlaces = 16

/** The place of the cells that a column of a table holds; `null` where they have none. */
export async function placeOf(database: Database, table: string, column: string): Promise<PlaceSql | null> {
  const kind = (await cellKinds(database, table)).get(column)
  if (kind?.isEnumerated === true && !kind.isList) return ofText
  if (column === 'value') return null
  const [row] = await database.rows(
    `SELECT min(${column}) >= 0 AND max(${column}) < ${String(mostPlaces)} * count(*) AS isDense FROM ${table}`,
  )
  return row?.['isDense'] === true ? ofKey : null
}
