/**
 * Counts, rates and recency as of each impression, in the database: events of one key become running counts by moment, and a row
 * finds those before it and before its window by as-of joins, so that the work grows with the rows and never with a key's past.
 */
import type { Config, PastDefinition, PastKey, PastSource } from '../features/index.js'
import { aggregateDefinitions, impressionsDeclaration } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { actionsTable, kindSql } from './actions.js'
import type { CellColumns } from './examples.js'
import type { Increment } from './increment/increment.js'
import { keepMarks, keptMarksSql } from './increment/kept-marks.js'
import { isUncounted, isUncountedRow } from './increment/settled-credits.js'
import { joinedTable } from './joined-layers.js'
import { timeSql } from './label.js'
import { momentUnit } from './time-units.js'

export interface AggregateTable {
  readonly name: string
  /** `__row`, `value`: for each row whose key is known. */
  readonly rows: string
}

interface AggregateContext {
  readonly database: Database
  /** Expressions over `joined` for the keys. */
  readonly keys: Readonly<Record<PastKey, string>>
  /** From when a row of `joined` was known. */
  readonly known: string
  /** Tables of running counts that exist already, by what they count. */
  readonly marks: Map<string, string>
  readonly increment: Increment
}

/** Makes a table for each declared aggregate, from `joined`, the table of actions and the days before; keeps the counts up to `until`. */
export async function makeAggregates(
  database: Database,
  { config, columns }: { config: Config; columns: CellColumns },
  { increment = {}, until = null }: { increment?: Increment | undefined; until?: number | null } = {},
): Promise<AggregateTable[]> {
  if (config.data.aggregates === undefined) return []
  const cell = (name: string | undefined): string => `CAST(${columns.get(name ?? '') ?? 'NULL'} AS VARCHAR)`
  const keys = { user: cell(config.data.user), item: cell(config.data.item) }
  const context: AggregateContext = { database, keys, known: knownSql(config, columns), marks: new Map(), increment }
  const made: AggregateTable[] = []
  const definitions = aggregateDefinitions(config, await momentUnit(database))
  for (const definition of definitions) {
    const rows = `aggregate_${String(made.length)}`
    const value = await valueSql(context, definition)
    const own = keySql(definition.by, keys)
    await database.run(
      `CREATE TABLE ${rows} AS SELECT r.__row, ${value.sql} AS value FROM (
        SELECT __row, ${own} AS own, '' AS everyone, __time AS t, __time - ${String(definition.window ?? 0)} AS start
        FROM joined WHERE ${own} IS NOT NULL AND __time IS NOT NULL) AS r ${value.joins.join(' ')}`,
    )
    made.push({ name: definition.name, rows })
  }
  const longest = Math.max(...definitions.map(({ window }) => window ?? 0))
  for (const table of context.marks.values()) {
    if (increment.keepIn !== undefined && until !== null)
      await database.run(keepMarks(increment.keepIn, table, { until, longest }))
    await database.run(`DROP TABLE ${table}`)
  }
  return made
}

/** From when an impression was known, never before it happened. */
function knownSql(config: Config, columns: CellColumns): string {
  const cell = columns.get(impressionsDeclaration(config)?.known ?? '')
  if (cell === undefined) return '__time'
  const known = `CAST(${timeSql(cell)} AS DOUBLE)`
  return `(CASE WHEN ${known} > __time THEN ${known} ELSE __time END)`
}

/** One text for a key: its parts with their lengths, `NULL` where a part is missing. */
function keySql(by: readonly PastKey[], cells: Readonly<Record<PastKey, string>>): string {
  return by.length === 0 ? "''" : by.map((key) => `(len(${cells[key]}) || ':' || ${cells[key]})`).join(' || ')
}

/** A table `key`, `t`, `n`, `c`: how many events of the key there were at the moment `t`, and up to and with it. */
async function marksOf(context: AggregateContext, source: PastSource, by: readonly PastKey[]): Promise<string> {
  const name = JSON.stringify([source, by])
  const known = context.marks.get(name)
  if (known !== undefined) return known
  const table = `marks_${String(context.marks.size)}`
  const isShown = source.of === 'impressions'
  const cells = isShown ? context.keys : { user: 'user', item: 'CAST(item AS VARCHAR)' }
  const moment = isShown ? context.known : 'known'
  const condition = kindSql(isShown ? null : source.kinds)
  const { earlier } = context.increment
  const isNew = earlier ? ` AND ${isShown ? isUncountedRow(earlier, moment) : isUncounted(earlier)}` : ''
  // All that was shown counts, also what is no example. Whoever has no user or no item is no event, whatever it is counted by.
  const events = `SELECT ${keySql(by, cells)} AS key, ${moment} AS t, count(*) AS n FROM ${isShown ? joinedTable : actionsTable}
      WHERE ${cells.user} IS NOT NULL AND ${cells.item} IS NOT NULL AND ${moment} IS NOT NULL AND ${condition}${isNew} GROUP BY ALL`
  await context.database.run(
    `CREATE TABLE ${table} AS SELECT key, t, n, sum(n) OVER (PARTITION BY key ORDER BY t) AS c FROM (${earlier ? keptMarksSql(earlier, table, events) : events})`,
  )
  context.marks.set(name, table)
  return table
}

interface ValueSql {
  readonly sql: string
  readonly joins: readonly string[]
}

/** The number of events of some marks in the window of row `r`; `b` is the mark before the row. */
function countIn(marks: string, place: number, { key, window }: { key: string; window: number | null }): ValueSql {
  const [before, start] = [`b${String(place)}`, `s${String(place)}`]
  const join = (alias: string, moment: string): string =>
    `ASOF LEFT JOIN ${marks} AS ${alias} ON r.${key} = ${alias}.key AND r.${moment} > ${alias}.t`
  const upTo = `coalesce(${before}.c, 0)`
  return window === null
    ? { sql: `CAST(${upTo} AS DOUBLE)`, joins: [join(before, 't')] }
    : { sql: `CAST(${upTo} - coalesce(${start}.c, 0) AS DOUBLE)`, joins: [join(before, 't'), join(start, 'start')] }
}

type Take = (context: AggregateContext, definition: PastDefinition) => Promise<ValueSql>

const ownCount: Take = async (context, { source, by, window }) =>
  countIn(await marksOf(context, source, by), 0, { key: 'own', window })

const takes: Readonly<Record<'count' | 'recency' | 'rate', Take>> = {
  count: ownCount,
  recency: async (context, definition) => {
    const { sql, joins } = await ownCount(context, definition)
    return { sql: `CASE WHEN ${sql} > 0 THEN (r.t - b0.t) / ${String(definition.unitsPerSecond)} END`, joins }
  },
  rate: async (context, { source, by, window, smoothing }) => {
    const shown: PastSource = { of: 'impressions' }
    const counts: ValueSql[] = []
    for (const [of, keys] of [
      [source, by],
      [shown, by],
      [source, []],
      [shown, []],
    ] as const) {
      const key = keys.length === 0 ? 'everyone' : 'own'
      counts.push(countIn(await marksOf(context, of, keys), counts.length, { key, window }))
    }
    const [a = '', n = '', allA = '', allN = ''] = counts.map(({ sql }) => sql)
    const prior = `(CASE WHEN ${allN} > 0 THEN ${allA} / ${allN} ELSE 0.0 END)`
    const s = `${String(smoothing)}::DOUBLE`
    const sql = `CASE WHEN ${n} + ${s} > 0 THEN (${a} + ${s} * ${prior}) / (${n} + ${s}) ELSE 0.0 END`
    return { sql, joins: counts.flatMap(({ joins }) => joins) }
  },
}

const valueSql: Take = (context, definition) => {
  const take = definition.take
  if (take === 'items') throw new Error('internal: a list of items is a history')
  return takes[take](context, definition)
}
