/** The raw rows of the last days: what an extension reads instead of the files that brought them. */
import { basename } from 'node:path'
import { countText } from '../../base/index.js'
import type { Config } from '../../features/index.js'
import { impressionsDeclaration } from '../../features/index.js'
import type { Database } from '../../sql/index.js'
import { quoteName } from '../../sql/index.js'
import { timeSql } from '../label.js'
import { timeColumn } from '../needed-columns.js'
import type { Earlier } from './increment.js'
import { NoExtension, keepSql, keptTable, momentSql } from './increment.js'

const table = 'rows'

/** Columns of the data that the kept rows have. */
export async function keptRowNames(database: Database, earlier: Earlier): Promise<string[]> {
  const described = await database.rows(`DESCRIBE SELECT * EXCLUDE (__file, __given) FROM ${keptTable(earlier, table)}`)
  return described.map((row) => String(row['column_name']))
}

/** Makes the table `source` of the kept rows, which come before all others: the first ones are final. */
export async function addKeptRows(
  database: Database,
  earlier: Earlier,
  { names, kept }: { readonly names: readonly string[]; readonly kept: readonly string[] },
): Promise<void> {
  const other = [...names.filter((name) => !kept.includes(name)), ...kept.filter((name) => !names.includes(name))][0]
  if (other !== undefined)
    throw new NoExtension(`the new files and the old ones do not both have the column "${other}"`)
  await database.run(`CREATE TABLE source AS SELECT * FROM ${keptTable(earlier, table)}`)
}

/** Throws where a new row belongs among the final ones. */
export async function refuseOldRows(database: Database, { kept }: Earlier): Promise<void> {
  const [row] = await database.rows(
    `SELECT count(*) AS n, min(__file) AS file FROM joined WHERE __row >= ${String(kept.rows)} AND (__time IS NULL OR __time <= ${momentSql(kept.until)})`,
  )
  const count = Number(row?.['n'] ?? 0)
  if (count > 0)
    throw new NoExtension(
      `${basename(String(row?.['file']))} has ${countText(count)} rows from before the end of training`,
    )
}

/**
 * Writes the rows after the moment `until`, and as context those of `window` before it, for the label join, and those that were known only
 * after it, for counts; returns how many.
 */
export async function keepRows(
  database: Database,
  { config, directory }: { readonly config: Config; readonly directory: string },
  { until, window }: { readonly until: number; readonly window: number },
): Promise<{ rows: number; contextRows: number }> {
  const momentOf = (column: string): string => `CAST(${timeSql(quoteName(column))} AS DOUBLE)`
  const isAfter = (column: string): string => `coalesce(${momentOf(column)} > ${momentSql(until)}, false)`
  const time = timeColumn(config) ?? ''
  const { known } = impressionsDeclaration(config) ?? {}
  const isLater = isAfter(time)
  const isInWindow = window > 0 ? `${momentOf(time)} >= ${momentSql(until - window)}` : 'false'
  const isContext = `(${isInWindow} OR ${known === undefined ? 'false' : isAfter(known)}) AND NOT ${isLater}`
  await database.run(
    keepSql(
      directory,
      table,
      `SELECT * EXCLUDE (__row) FROM source WHERE ${isLater} OR ${isContext} ORDER BY ${isLater}, __row`,
    ),
  )
  const [row] = await database.rows(
    `SELECT count(*) FILTER (WHERE ${isLater}) AS later, count(*) FILTER (WHERE ${isContext}) AS context FROM source`,
  )
  const contextRows = Number(row?.['context'] ?? 0)
  return { rows: contextRows + Number(row?.['later'] ?? 0), contextRows }
}
