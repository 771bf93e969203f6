/**
 * `joined` is a view that steps of preparation put layers over: rows left out, labels and weights found, splits named. Nothing is written
 * until the table `examples` is made of it, because writing every cell again at each step costs more than all the steps.
 */
import type { Database } from '../sql/index.js'

/** The table below all layers. */
export const joinedTable = 'cells'

/** Makes a table of rows that carry their number: they may lie in any order, so all threads write them. */
export async function createRows(database: Database, table: string, query: string): Promise<void> {
  await database.run(
    `SET preserve_insertion_order = false; CREATE TABLE ${table} AS ${query}; SET preserve_insertion_order = true`,
  )
}

/** Puts a layer over `joined`: a query over the view of this name that stood there. */
export async function layerOver(database: Database, query: (below: string) => string): Promise<void> {
  const below = `joined_${String((await layers(database)).length)}`
  await database.run(`ALTER VIEW joined RENAME TO ${below}; CREATE VIEW joined AS ${query(below)}`)
}

/** Removes all layers, `source` and the table below them. */
export async function dropJoined(database: Database): Promise<void> {
  const views = await layers(database)
  await database.run([...views, 'source'].map((view) => `DROP VIEW ${view}`).join('; '))
  await database.run(`DROP TABLE ${joinedTable}`)
}

/** The newest first. */
async function layers(database: Database): Promise<string[]> {
  const rows = await database.rows(
    "SELECT view_name AS name FROM duckdb_views() WHERE NOT internal AND (view_name = 'joined' OR view_name LIKE 'joined!_%' ESCAPE '!')",
  )
  return rows.map(({ name }) => String(name)).sort((a, b) => layerNumber(b) - layerNumber(a))
}

const layerNumber = (name: string): number => (name === 'joined' ? Infinity : Number(name.slice('joined_'.length)))
