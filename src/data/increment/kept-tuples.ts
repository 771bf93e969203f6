/** Tuples of ids with their counts over all days: ids stay, so tuples do. */
import type { Database } from '../../sql/index.js'
import type { Increment } from './increment.js'
import { keepSql, keptTable } from './increment.js'

/** Names of the parts of a tuple, as columns. */
export const tupleNames = (arity: number): string =>
  Array.from({ length: arity }, (_, index) => `t${String(index)}`).join(', ')

export interface OwnTuples {
  /** Of the cross, in the order of the config. */
  readonly index: number
  /** A query of the tuples of the rows at hand: `t0`, `t1` … and `n`. */
  readonly own: string
  readonly arity: number
}

/** A query like `own` of the tuples of all days, which it keeps for the days to come. */
export async function countTuples(
  database: Database,
  { earlier, keepIn }: Increment,
  { index, own, arity }: OwnTuples,
): Promise<string> {
  if (keepIn === undefined) return own
  const tuple = tupleNames(arity)
  const table = `tuples_${String(index)}`
  const all = earlier
    ? `SELECT ${tuple}, sum(n) AS n FROM (SELECT * FROM (${own}) UNION ALL BY NAME SELECT * FROM ${keptTable(earlier, table)}) GROUP BY ${tuple}`
    : own
  await database.run(`CREATE TABLE ${table} AS ${all}; ${keepSql(keepIn, table, `SELECT * FROM ${table}`)}`)
  return `SELECT * FROM ${table}`
}
