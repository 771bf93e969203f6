/**
 * From the event log of a server to the two logs that `prepare` reads: what was shown with the feature values that were used, and what was
 * done. One file a day of when we knew it, so that a day that is over never changes.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeDirectory } from '../base/index.js'
import type { Config } from '../features/index.js'
import { openDatabase, quoteName, quoteText } from '../sql/index.js'
import type { Database } from '../sql/index.js'
import { eventsMissing } from './errors.js'
import { actionColumns, impressionColumns } from './exported-columns.js'

export interface ExportEventsOptions {
  readonly config: Config
  /** Directory of a server's state, as `serve --state` has it. */
  readonly state: string
  /** Where `impressions/` and `actions/` go. */
  readonly out: string
  /** Also this day, which is not over, and days that are written already. */
  readonly isAll?: boolean
  /** Default: the system's clock. */
  readonly now?: Date
}

export interface ExportedDay {
  readonly day: string
  readonly impressions: number
  readonly actions: number
}

export interface ExportEventsResult {
  readonly out: string
  /** Days that were written now. */
  readonly days: readonly ExportedDay[]
}

/** Writes the days that are over and not written yet. */
export async function exportEvents(options: ExportEventsOptions): Promise<ExportEventsResult> {
  const { config, state, isAll = false, now = new Date() } = options
  const directory = join(resolve(state), 'events')
  const out = resolve(options.out)
  const hasSegments = existsSync(directory) && readdirSync(directory).some((name) => name.endsWith('.ndjson'))
  if (!hasSegments) throw eventsMissing({ directory })
  const database = await openDatabase()
  try {
    await createViews(database, directory, config)
    const today = now.toISOString().slice(0, 10)
    const days: ExportedDay[] = []
    for (const { day, impressions, actions } of await daysOf(database)) {
      const isOver = day < today
      const isWritten = existsSync(fileOf(out, 'impressions', day)) || existsSync(fileOf(out, 'actions', day))
      if (!isAll && (!isOver || isWritten)) continue
      if (impressions > 0) await write(database, out, { what: 'impressions', day })
      if (actions > 0) await write(database, out, { what: 'actions', day })
      days.push({ day, impressions, actions })
    }
    return { out, days }
  } finally {
    database.close()
  }
}

type Exported = 'impressions' | 'actions'

const fileOf = (out: string, what: Exported, day: string): string => join(out, what, `${day}.parquet`)

async function write(database: Database, out: string, { what, day }: { what: Exported; day: string }): Promise<void> {
  makeDirectory(join(out, what))
  // In the order of the log: what became known at one moment happened one after the other.
  const rows = `SELECT * EXCLUDE (__day, __record, __place) FROM exported_${what} WHERE __day = ${quoteText(day)} ORDER BY __record, __place`
  await database.run(`COPY (${rows}) TO ${quoteText(fileOf(out, what, day))} (FORMAT parquet)`)
}

async function daysOf(database: Database): Promise<ExportedDay[]> {
  const rows = await database.rows(
    `SELECT __day AS day, count(*) FILTER (WHERE shown) AS impressions, count(*) FILTER (WHERE NOT shown) AS actions
     FROM (SELECT __day, true AS shown FROM exported_impressions UNION ALL SELECT __day, false FROM exported_actions)
     GROUP BY __day ORDER BY __day`,
  )
  return rows.map(({ day, impressions, actions }) => ({
    day: String(day),
    impressions: Number(impressions),
    actions: Number(actions),
  }))
}

/** Fields of all kinds of record; a kind has null where a field is not its own. */
const fields = `{id: 'VARCHAR', type: 'VARCHAR', requestId: 'VARCHAR', user: 'VARCHAR', item: 'VARCHAR', action: 'VARCHAR', value: 'DOUBLE',
  time: 'BIGINT', received: 'BIGINT', context: 'JSON', userFeatures: 'JSON', items: 'JSON[]', confirmed: 'JSON[]'}`
const dayOf = (moment: string): string => `strftime(make_timestamp(${moment} * 1000), '%Y-%m-%d')`

const unnested = (list: string): string => `unnest(${list}) AS item, generate_subscripts(${list}, 1) AS __place`

/**
 * The items of served lists. Where impressions of the same day confirm some of a list, the others were not seen; what is confirmed
 * later does not change a day that is over.
 */
const listsSql = `(
  WITH lists AS (
    SELECT requestId, user, time, received, ${dayOf('received')} AS day, context, userFeatures, rowid AS __record, ${unnested('items')}
    FROM records WHERE type = 'served' AND user IS NOT NULL),
  told AS (
    SELECT requestId, user, ${dayOf('received')} AS day, rowid AS record, context, unnest(confirmed) AS item
    FROM records WHERE type = 'impression'),
  confirmed AS (
    SELECT requestId, user, day, item->>'id' AS id, arg_min((item->>'position'), record) AS position, arg_min(context, record) AS context
    FROM told GROUP BY ALL)
  SELECT lists.* EXCLUDE (day) REPLACE (json_merge_patch(lists.context, coalesce(confirmed.context, '{}')) AS context),
    confirmed.position AS position, confirmed.id IS NOT NULL OR NOT EXISTS (
      FROM told WHERE told.requestId = lists.requestId AND told.user = lists.user AND told.day = lists.day) AS seen
  FROM lists LEFT JOIN confirmed
    ON lists.requestId = confirmed.requestId AND lists.user = confirmed.user AND lists.day = confirmed.day AND (lists.item->>'id') = confirmed.id)`

/** The items of impressions that no list had, with the features of their request's first list. */
const toldSql = `(
  WITH firsts AS (SELECT requestId, user, arg_min(context, rowid) AS context, arg_min(userFeatures, rowid) AS userFeatures
    FROM records WHERE type = 'served' GROUP BY ALL)
  SELECT told.requestId, told.user, told.time, told.received, told.rowid AS __record, served.userFeatures,
    json_merge_patch(coalesce(served.context, '{}'), coalesce(told.context, '{}')) AS context, ${unnested('told.items')}, true AS seen
  FROM records AS told LEFT JOIN firsts AS served USING (requestId, user)
  WHERE told.type = 'impression')`

async function createViews(database: Database, directory: string, config: Config): Promise<void> {
  const files = quoteText(join(directory, 'events-*.ndjson'))
  // A record that is torn is one that nobody was told of.
  await database.run(
    `CREATE TABLE records AS FROM read_json(${files}, format = 'newline_delimited', ignore_errors = true, columns = ${fields})`,
  )
  await database.run(`CREATE VIEW shown AS ${listsSql} UNION ALL BY NAME ${toldSql}`)
  const select = (columns: ReadonlyMap<string, string>): string =>
    [...columns].map(([name, sql]) => `${sql} AS ${quoteName(name)}`).join(', ')
  await database.run(
    `CREATE VIEW exported_impressions AS SELECT ${select(impressionColumns(config))}, ${dayOf('received')} AS __day, __record, __place FROM shown`,
  )
  await database.run(
    `CREATE VIEW exported_actions AS SELECT ${select(actionColumns(config))}, ${dayOf('received')} AS __day, rowid AS __record, 0 AS __place
      FROM records WHERE type = 'interaction'`,
  )
}
