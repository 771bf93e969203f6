/** What columns learn when days come one by one: tokens with their counts over all days, and for the rest what they learned first. */
import type { ColumnDeclaration, ColumnState } from '../../features/index.js'
import { kindOf } from '../../features/index.js'
import type { Database } from '../../sql/index.js'
import { elementsSql, statisticsOf, tokenStatistics } from '../statistics.js'
import { unitsPerSecond } from '../time-units.js'
import type { Earlier, Increment } from './increment.js'
import { keepSql, keptTable, momentSql } from './increment.js'

export interface ColumnToLearn {
  readonly name: string
  readonly declaration: ColumnDeclaration
  /** Table of distinct values of the rows at hand. */
  readonly table: string
}

interface LearnContext {
  readonly database: Database
  readonly increment?: Increment | undefined
}

/** What a column knows after the training rows at hand, and those of the days before. */
export async function learnColumn(
  { database, increment = {} }: LearnContext,
  { name, declaration, table }: ColumnToLearn,
): Promise<ColumnState> {
  const kind = kindOf(declaration)
  const learnsFrom = kind.learnsFrom(declaration)
  const hasLast = needsAges(declaration)
  const { earlier, keepIn } = increment
  const previous = earlier?.state.columns[name]
  if (learnsFrom !== 'tokens' || (keepIn === undefined && !hasLast))
    return previous ?? kind.learn(declaration, await statisticsOf(database, declaration, { table, learnsFrom }))
  const tokens = `tokens_of_${table}`
  const own = await elementsSql(database, declaration, { table, hasLast })
  const kept = earlier ? ` UNION ALL BY NAME SELECT * FROM ${keptTable(earlier, table)}` : ''
  const last = hasLast ? ', max(last) AS last' : ''
  await database.run(
    `CREATE TABLE ${tokens} AS SELECT value, CAST(sum(n) AS BIGINT) AS n${last} FROM (SELECT * FROM (${own})${kept}) GROUP BY value`,
  )
  if (keepIn !== undefined) await database.run(keepSql(keepIn, table, `SELECT * FROM ${tokens}`))
  const age = hasLast ? `, ${await ageSql(database, earlier)} AS age` : ''
  const statistics = await tokenStatistics(database, `SELECT *${age} FROM ${tokens}`, hasLast)
  const state = await (previous
    ? (kind.grow?.(declaration, statistics, previous) ?? previous)
    : kind.learn(declaration, statistics))
  await database.run(`DROP TABLE ${tokens}`)
  return state
}

/** Whether the table of distinct values of a column has to say when each was last seen. */
export const needsAges = (declaration: ColumnDeclaration): boolean =>
  kindOf(declaration).needsAges?.(declaration) ?? false

/** Seconds from the moment `last` to the end of the training split. */
async function ageSql(database: Database, earlier: Earlier | undefined): Promise<string> {
  const [row] = await database.rows("SELECT max(__time) AS latest FROM examples WHERE __split = 'train'")
  const latest = typeof row?.['latest'] === 'number' ? row['latest'] : (earlier?.kept.until ?? 0)
  return `(${momentSql(latest)} - last) / ${String(unitsPerSecond(latest))}`
}
