/** What columns learn when days come one by one: tokens with their counts over all days, and for the rest what they learned first. */
import type { ColumnDeclaration, ColumnState } from '../../features/index.js'
import { kindOf } from '../../features/index.js'
import type { Database } from '../../sql/index.js'
import { elementsSql, statisticsOf, tokenStatistics } from '../statistics.js'
import type { Increment } from './increment.js'
import { keepSql, keptTable } from './increment.js'

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
  const { earlier, keepIn } = increment
  const previous = earlier?.state.columns[name]
  if (learnsFrom !== 'tokens' || keepIn === undefined)
    return previous ?? kind.learn(declaration, await statisticsOf(database, declaration, { table, learnsFrom }))
  const tokens = `tokens_of_${table}`
  const own = await elementsSql(database, declaration, table)
  const all = earlier
    ? `SELECT value, n FROM (${own}) UNION ALL BY NAME SELECT * FROM ${keptTable(earlier, table)}`
    : own
  await database.run(
    `CREATE TABLE ${tokens} AS SELECT value, CAST(sum(n) AS BIGINT) AS n FROM (${all}) GROUP BY value;
     ${keepSql(keepIn, table, `SELECT * FROM ${tokens}`)}`,
  )
  const statistics = await tokenStatistics(database, `SELECT * FROM ${tokens}`)
  const state = await (previous
    ? (kind.grow?.(declaration, statistics, previous) ?? previous)
    : kind.learn(declaration, statistics))
  await database.run(`DROP TABLE ${tokens}`)
  return state
}
