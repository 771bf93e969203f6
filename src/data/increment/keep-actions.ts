/** Actions that rows to come may ask for: those known after the end of training, and of each user the last for each history. */
import type { Config } from '../../features/index.js'
import { actionKinds, defaultLast } from '../../features/index.js'
import type { Database } from '../../sql/index.js'
import { actionsTable, kindSql } from '../actions.js'
import { keepSql, momentSql } from './increment.js'
import { keptActions } from './kept-actions.js'

/** Writes the actions to keep at the moment `until`, numbered from 0 in their order; returns how many. */
export async function keepActions(
  database: Database,
  { config, directory }: { readonly config: Config; readonly directory: string },
  until: number,
): Promise<number> {
  const isLater = `known > ${momentSql(until)}`
  const ofHistories = Object.values(config.data.history ?? {}).flatMap(({ action, last = defaultLast }) =>
    action === undefined
      ? []
      : [
          `SELECT id FROM ${actionsTable} WHERE NOT ${isLater} AND ${kindSql(actionKinds(config.data, action))}
             QUALIFY row_number() OVER (PARTITION BY user ORDER BY known DESC, id DESC) <= ${String(last)}`,
        ],
  )
  const condition = [isLater, ...ofHistories.map((ids) => `id IN (${ids})`)].join(' OR ')
  const query = `SELECT * REPLACE (row_number() OVER (ORDER BY id) - 1 AS id) FROM ${actionsTable} WHERE ${condition} ORDER BY id`
  await database.run(keepSql(directory, keptActions, query))
  const [row] = await database.rows(`SELECT count(*) AS n FROM ${actionsTable} WHERE ${condition}`)
  return Number(row?.['n'] ?? 0)
}
