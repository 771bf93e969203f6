/** The action log of a config as one table, its moments in the unit of the impressions. */
import { basename } from 'node:path'
import type { ActionsDeclaration, Config } from '../features/index.js'
import { actionsDeclaration } from '../features/index.js'
import { quoteName, quoteText } from '../sql/index.js'
import type { ExamplesInput } from './examples.js'
import { timeSql } from './label.js'
import { addKeptActions } from './increment/kept-actions.js'
import { findFiles, sourcePlace } from './source-files.js'
import type { SourceReader } from './source-table.js'
import { readSource, requireColumns, scanSource, sourceColumns } from './source-table.js'
import { momentUnit, unitsPerSecond } from './time-units.js'

/**
 * The table that `readActions` makes: `id`, `user`, `item` (as in the log), `kind` and `request` (texts), `t` (when it happened) and
 * `known` (from when it was known, never before `t`); rows without user, item or time are not in it.
 */
export const actionsTable = 'actions'

export interface ActionLog {
  readonly rowCount: number
  /** Rows left out for want of a user, an item or a readable time. */
  readonly unusable: number
  /** The first of those, with their file and row. */
  readonly offenders: readonly string[]
}

/** Makes the table `actions` from the log, after `joined`; returns `null` where the config has none. */
export async function readActions(
  reader: SourceReader,
  { config, configDirectory, increment }: Pick<ExamplesInput, 'config' | 'configDirectory' | 'increment'>,
): Promise<ActionLog | null> {
  const declared = actionsDeclaration(config)
  if (!declared) return null
  const { database } = reader
  const earlier = increment?.earlier
  if (earlier?.actionFiles.length === 0) return addKeptActions(database, earlier, null)
  const names = columnNames(declared, config)
  const format = declared.format ?? config.data.format
  const files = earlier?.actionFiles ?? (await findFiles(database, declared.from, sourcePlace(config, configDirectory)))
  const scans = await scanSource(reader, { files, format })
  requireColumns(
    new Map(Object.entries(names).map(([key, name]) => [name, pathOf(key, declared)])),
    sourceColumns(scans),
    { files, scans },
  )
  await readSource(reader, scans, { table: 'action_source', names: [...new Set(Object.values(names))], format })
  const cell = (key: string): string => (names[key] === undefined ? 'NULL' : quoteName(names[key]))
  const time = timeSql(cell('time'))
  await database.run(`CREATE TABLE action_cells AS SELECT rowid AS id, __file AS file, CAST(${cell('user')} AS VARCHAR) AS user, ${cell('item')} AS item,
      CAST(${cell('kind')} AS VARCHAR) AS kind, CAST(${cell('request')} AS VARCHAR) AS request,
      CAST(${time} AS DOUBLE) AS t, CAST(${names['known'] === undefined ? time : timeSql(cell('known'))} AS DOUBLE) AS known
    FROM action_source; DROP TABLE action_source`)
  const factor = await unitFactor(database)
  await database.run(`CREATE TABLE ${actionsTable} AS SELECT * EXCLUDE (file) REPLACE (t * ${factor} AS t, greatest(coalesce(known, t), t) * ${factor} AS known)
    FROM action_cells WHERE user IS NOT NULL AND item IS NOT NULL AND t IS NOT NULL ORDER BY id`)
  const [counts] = await database.rows(
    `SELECT (SELECT count(*) FROM action_cells) AS read, (SELECT count(*) FROM ${actionsTable}) AS kept`,
  )
  const rowCount = Number(counts?.['kept'] ?? 0)
  const unusable = Number(counts?.['read'] ?? 0) - rowCount
  const offenders = unusable > 0 ? await unusableOffenders(database) : []
  await database.run('DROP TABLE action_cells')
  const log = { rowCount, unusable, offenders }
  return earlier ? addKeptActions(database, earlier, log) : log
}

/** The first actions without user, item or time. */
async function unusableOffenders(database: SourceReader['database']): Promise<string[]> {
  const rows = await database.rows(
    `SELECT file, id - (SELECT min(id) FROM action_cells AS own WHERE own.file = action_cells.file) + 1 AS row,
       concat_ws(', ', CASE WHEN user IS NULL THEN 'user' END, CASE WHEN item IS NULL THEN 'item' END, CASE WHEN t IS NULL THEN 'readable time' END) AS lacks
     FROM action_cells WHERE user IS NULL OR item IS NULL OR t IS NULL ORDER BY id LIMIT 3`,
  )
  return rows.map((row) => `no ${String(row['lacks'])} in ${basename(String(row['file']))}, row ${String(row['row'])}`)
}

/** The condition that an action is of these kinds. */
export const kindSql = (kinds: readonly string[] | null): string =>
  kinds ? `kind IN (${kinds.map(quoteText).join(', ')})` : 'true'

/** Names of the log's columns by what they are. */
function columnNames(declared: ActionsDeclaration, { data }: Pick<Config, 'data'>): Record<string, string> {
  const { kind, known, request } = declared
  const named = {
    user: declared.user ?? data.user,
    item: declared.item ?? data.item,
    time: declared.time ?? data.time,
    kind,
    known,
    request,
  }
  return Object.fromEntries(Object.entries(named).flatMap(([key, name]) => (name === undefined ? [] : [[key, name]])))
}

/** Where the config names a column of the log: there, or among the keys that it takes over. */
const pathOf = (key: string, declared: ActionsDeclaration): string =>
  key in declared ? `data.actions.${key}` : `data.${key}, for data.actions`

/** What the actions' moments are multiplied with: one log may count seconds and the other milliseconds. */
async function unitFactor(database: SourceReader['database']): Promise<string> {
  const [row] = await database.rows('SELECT max(t) AS latest FROM action_cells')
  return String((await momentUnit(database)) / unitsPerSecond(Number(row?.['latest'] ?? 0)))
}
