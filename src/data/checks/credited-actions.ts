/** What the checks of the label join share: the tables `shown` and `credited`, and how an action is named. */
import type { CheckContext } from './context.js'
import { shownOffenders } from './check.js'
import { momentText } from './numbers.js'

export const withoutJoin = 'the label is not made of actions (data.label.action)'

/**
 * A query with `id`, `t`, `row` (credited impression), `before` (the last impression of who and item up to the action), `after` (the
 * first from the action on); the last three `NULL` for none. As-of joins, linear but for their sort.
 */
export const placedActions = `SELECT back.*, shown.t AS after FROM (
    SELECT credited.*, shown.t AS before FROM credited ASOF LEFT JOIN shown
      ON credited.who = shown.who AND credited.item = shown.item AND credited.t >= shown.t) AS back
  ASOF LEFT JOIN shown ON back.who = shown.who AND back.item = shown.item AND back.t <= shown.t`

/** The first actions of a query with their `id`, named by user, item and time. */
export async function firstActions({ database, clock }: CheckContext, query: string): Promise<string[]> {
  const rows = await database.rows(
    `SELECT user, CAST(item AS VARCHAR) AS item, t FROM actions WHERE id IN (SELECT id FROM (${query}) ORDER BY id LIMIT ${String(shownOffenders)}) ORDER BY id`,
  )
  return rows.map(({ user, item, t }) => {
    const moment = clock ? momentText(Number(t) / clock.perSecond) : String(t)
    return `user ${JSON.stringify(user)}, item ${JSON.stringify(item)} at ${moment}`
  })
}
