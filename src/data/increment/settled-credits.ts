/** What of a label join is settled: final impressions keep their labels, whatever comes later. */
import type { Database } from '../../sql/index.js'
import { actionsTable } from '../actions.js'
import { layerOver } from '../joined-layers.js'
import type { Earlier } from './increment.js'
import { momentSql } from './increment.js'

/**
 * Drops from `credited` what counts for final impressions and what cannot count for others, and from `joined` those impressions;
 * returns the number of new actions among them.
 */
export async function settleCredits(database: Database, earlier: Earlier): Promise<number> {
  const { kept } = earlier
  const isSettled = `(coalesce(row < ${String(kept.contextRows)}, false) OR t <= ${momentSql(kept.until)})`
  const [found] = await database.rows(
    `SELECT count(*) AS n FROM credited WHERE ${isSettled} AND id >= ${String(kept.actions)}`,
  )
  await database.run(`DELETE FROM credited WHERE ${isSettled}`)
  await dropContext(database, earlier)
  return Number(found?.['n'] ?? 0)
}

/** Drops the final rows from `joined`. */
export const dropContext = (database: Database, { kept }: Earlier): Promise<void> =>
  layerOver(database, (below) => `SELECT * FROM ${below} WHERE __row >= ${String(kept.contextRows)}`)

/** The condition that an impression, known at `moment`, is not in the counts up to the end of training. */
export const isUncountedRow = ({ kept }: Earlier, moment: string): string => `${moment} > ${momentSql(kept.until)}`

/** The condition that an action was not there when the counts up to the end of training were kept. */
export const isUncounted = ({ kept }: Earlier): string =>
  `(${actionsTable}.id >= ${String(kept.actions)} OR known > ${momentSql(kept.until)})`
