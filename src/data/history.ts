/**
 * Lists of what a user did: strictly before the row's time (and known by then), so that the future never leaks into an example; or,
 * where there is no order, the others of the training split.
 */
import type { Config, HistoryDeclaration } from '../features/index.js'
import { actionKinds, defaultLast } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { actionsTable, kindSql } from './actions.js'
import { countRows } from './count-rows.js'
import { cellKinds, enumerateCells } from './enumerated-cells.js'
import { examplesUndeclared, timeNotConfigured } from './errors.js'
import type { CellColumns } from './examples.js'
import type { Earlier } from './increment/increment.js'
import { keptEventsSql } from './increment/kept-events.js'
import { joinedTable } from './joined-layers.js'
import { numberSql } from './label.js'

/** The items of some events as a list in order; an aggregate that sorts costs four times as much. */
export const itemsInOrder = 'list_transform(list_sort(list({pos: pos, item: item})), lambda event: event.item)'

export interface HistoryTables {
  readonly name: string
  /** `key` for all rows of `joined` that have the same in the columns `by`, which it has too. */
  readonly rows: string
  readonly by: readonly string[]
  /** `key`, `items`: each history once, since a user's rows between two events have the same one. */
  readonly lists: string
  /** `user`, `t` (from when it was known), `pos` (from 1, in order of that), `item`, `__row` (`NULL` for actions and rows of days before): what happened, of every split. */
  readonly events: string
  /** Whether its events are actions, which belong to no row. */
  readonly isOfActions: boolean
  readonly last: number
}

/** Makes the tables of each declared history from `joined`, the days before and, where the config has one, the table of actions. */
export async function makeHistories(
  database: Database,
  { config, columns, earlier }: { config: Config; columns: CellColumns; earlier?: Earlier | undefined },
): Promise<HistoryTables[]> {
  const declared = Object.entries(config.data.history ?? {})
  if (declared.length === 0) return []
  const user = columns.get(config.data.user ?? '')
  if (user === undefined) throw examplesUndeclared({ need: 'user' })
  const timed = declared.find(([, { take }]) => take !== 'others')
  if (config.data.time === undefined && timed) throw timeNotConfigured({ use: `data.history.${timed[0]}` })
  const isNumbered = (await cellKinds(database, joinedTable)).get(user)?.isEnumerated === true
  const made: HistoryTables[] = []
  for (const [index, [name, history]] of declared.entries()) {
    const tables = {
      name,
      rows: `history_${String(index)}`,
      by: history.take === 'others' ? ['__row'] : [user, '__time'],
      lists: `lists_${String(index)}`,
      events: `events_${String(index)}`,
      isOfActions: history.action !== undefined,
      last: history.last ?? defaultLast,
    }
    const kept = earlier && history.action === undefined ? keptEventsSql(earlier, index) : ''
    await makeEvents(database, tables.events, `${eventsSql(config, history, { columns, user })}${kept}`)
    const [rows, lists] = (history.take === 'others' ? othersSql : historySql)(tables, user, isNumbered)
    await database.run(`CREATE TABLE ${tables.rows} AS ${rows}; CREATE TABLE ${tables.lists} AS ${lists}`)
    made.push(tables)
  }
  return made
}

async function makeEvents(database: Database, events: string, sql: string): Promise<void> {
  const cells = `${events}_cells`
  await database.run(`CREATE TABLE ${cells} AS ${sql}`)
  const rowCount = await countRows(database, cells)
  const kept = await enumerateCells(database, { table: cells, names: ['item'], rowCount })
  await database.run(`CREATE TABLE ${events} AS SELECT ${cells}.* REPLACE (${kept.cell('item')} AS item),
      row_number() OVER (PARTITION BY user ORDER BY t, place) AS pos FROM ${cells} ${kept.joins};
    ${[cells, ...kept.tables].map((table) => `DROP TABLE ${table}`).join('; ')}`)
}

/** `user`, `item`, `t`, `__row` and `place` (the order among events of one moment). */
function eventsSql(
  { data }: Config,
  history: HistoryDeclaration,
  { columns, user }: { readonly columns: CellColumns; readonly user: string },
): string {
  const { action } = history
  if (action !== undefined) {
    const kinds = kindSql(actionKinds(data, action))
    return `SELECT user, item, known AS t, CAST(NULL AS BIGINT) AS __row, id AS place FROM ${actionsTable} WHERE ${kinds}`
  }
  const isOfTraining = history.take === 'others' ? " AND __split = 'train'" : ''
  return `SELECT CAST(${user} AS VARCHAR) AS user, ${columns.get(history.of) ?? ''} AS item, __time AS t, __row, __row AS place
    FROM joined WHERE ${user} IS NOT NULL AND ${rowCondition(history, columns)}${isOfTraining}`
}

function rowCondition({ of, where }: HistoryDeclaration, columns: CellColumns): string {
  const isItem = `${columns.get(of) ?? ''} IS NOT NULL`
  return where ? `${isItem} AND (${numberSql(columns.get(where.column) ?? '')}) >= ${String(where.atLeast)}` : isItem
}

/**
 * The queries of rows and lists. What is shown to a user at one moment has one history, so users and moments are asked, not rows. The key is the place
 * of the newest event. A user's events lie in blocks of `last`; a list needs the block with its newest event and the one before. So the work is linear
 * in the rows, however long a user's history is, and no list is sorted for a row.
 */
function historySql({ rows, events, last }: HistoryTables, user: string, isNumbered: boolean): [string, string] {
  const size = String(last)
  // They are sorted by their users for it: by number, where an enumeration has some, in half the time.
  const own = isNumbered ? `CAST(enum_code(${user}) AS INTEGER)` : `CAST(${user} AS VARCHAR)`
  return [
    `WITH asked AS MATERIALIZED (
      SELECT ${user}, ${own} AS own, __time FROM (SELECT DISTINCT ${user}, __time FROM joined WHERE ${user} IS NOT NULL)),
    moments AS (SELECT user, t, arg_max(rowid, pos) AS key FROM ${events} GROUP BY user, t),
    owners AS (SELECT DISTINCT own, CAST(${user} AS VARCHAR) AS user FROM asked),
    known AS (SELECT own, t, key FROM moments JOIN owners USING (user))
    SELECT asked.${user}, asked.__time, known.key FROM asked ASOF JOIN known ON asked.own = known.own AND asked.__time > known.t`,
    `WITH places AS (
      SELECT rowid AS key, user, (pos - 1) // ${size} AS block, (pos - 1) % ${size} + 1 AS own FROM ${events}
      WHERE rowid IN (SELECT key FROM ${rows})),
    blocks AS (SELECT user, (pos - 1) // ${size} AS block, ${itemsInOrder} AS items FROM ${events} GROUP BY ALL)
    SELECT key, list_slice(
        list_concat(coalesce(before.items, []), newest.items),
        greatest(len(coalesce(before.items, [])) + own - ${size}, 0) + 1,
        len(coalesce(before.items, [])) + own) AS items
    FROM places JOIN blocks AS newest ON places.user = newest.user AND places.block = newest.block
      LEFT JOIN blocks AS before ON places.user = before.user AND places.block - 1 = before.block`,
  ]
}

/** A user's events without the row's own, the last ones of them. The key is the row, or below 0 and for all rows of a user that are no event. */
function othersSql({ rows, events, last }: HistoryTables, user: string): [string, string] {
  return [
    `WITH users AS (SELECT user, min(__row) AS first FROM ${events} GROUP BY user)
    SELECT joined.__row, CASE WHEN own.pos IS NULL THEN -1 - users.first ELSE joined.__row END AS key
    FROM joined JOIN users ON users.user = CAST(joined.${user} AS VARCHAR) LEFT JOIN ${events} AS own ON own.__row = joined.__row`,
    `WITH users AS (SELECT user, ${itemsInOrder} AS items FROM ${events} GROUP BY user),
    others AS (
      SELECT key, CASE WHEN key < 0 THEN items
        ELSE list_concat(list_slice(items, 1, pos - 1), list_slice(items, pos + 1, len(items))) END AS items
      FROM (SELECT DISTINCT key FROM ${rows}) JOIN ${events} AS own ON own.__row = CASE WHEN key < 0 THEN -1 - key ELSE key END JOIN users USING (user))
    SELECT key, list_slice(items, greatest(len(items) - ${String(last)}, 0) + 1, len(items)) AS items FROM others`,
  ]
}
