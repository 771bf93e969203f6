/** Positions that nobody can have seen: their impressions say nothing about what is wanted. */
import { countText } from '../base/index.js'
import type { Config } from '../features/index.js'
import type { Database } from '../sql/index.js'
import type { CellColumns } from './examples.js'
import { layerOver } from './joined-layers.js'
import { numberSql } from './label.js'

/** Leaves out the rows of `joined` shown beyond the last position that is seen; returns what it did as a warning. */
export async function dropUnseen(database: Database, { data }: Config, columns: CellColumns): Promise<string[]> {
  const { position } = data
  const cell = columns.get(position?.column ?? '')
  if (position?.lastSeen === undefined || cell === undefined) return []
  const isUnseen = `coalesce((${numberSql(cell)}) > ${String(position.lastSeen)}, false)`
  const [row] = await database.rows(`SELECT count(*) AS total, count(*) FILTER (WHERE ${isUnseen}) AS n FROM joined`)
  const [total, count] = [Number(row?.['total'] ?? 0), Number(row?.['n'] ?? 0)]
  if (count > 0) await layerOver(database, (below) => `SELECT * FROM ${below} WHERE NOT ${isUnseen}`)
  const text = `${countText(count)} of ${countText(total)} rows are left out: they were shown beyond position ${String(position.lastSeen)}`
  return count > 0 ? [text] : []
}
