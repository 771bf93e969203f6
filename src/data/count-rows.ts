import type { Database } from '../sql/index.js'

/** How many rows a table, a view or another table expression has. */
export async function countRows(database: Database, table: string): Promise<number> {
  const [row] = await database.rows(`SELECT count(*) AS n FROM ${table}`)
  return Number(row?.['n'] ?? 0)
}
