/** The actions of the days before that an extension reads instead of the files that brought them. */
import type { Database } from '../../sql/index.js'
import type { ActionLog } from '../actions.js'
import type { Earlier } from './increment.js'
import { keptTable } from './increment.js'

/** Their name, and that of the table of actions. */
export const keptActions = 'actions'

/** Puts the kept actions before those of the new files, whose `log` is given, in the table `actions`. */
export async function addKeptActions(database: Database, earlier: Earlier, log: ActionLog | null): Promise<ActionLog> {
  const kept = `CREATE TABLE together AS SELECT * FROM ${keptTable(earlier, keptActions)}`
  const fresh = `INSERT INTO together BY NAME SELECT * REPLACE (id + ${String(earlier.kept.actions)} AS id) FROM ${keptActions}; DROP TABLE ${keptActions}`
  await database.run(`${[kept, ...(log ? [fresh] : [])].join('; ')}; ALTER TABLE together RENAME TO ${keptActions}`)
  return log ?? { rowCount: 0, unusable: 0, offenders: [] }
}
