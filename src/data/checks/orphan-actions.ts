import type { DataCheck } from './check.js'
import { finding, graded, skipped } from './check.js'
import { firstActions, withoutJoin } from './credited-actions.js'
import { countText, shareOf, shareText } from './numbers.js'

/** A search or a deep link brings some actions without an impression; more than these mean a surface that logs none. */
const warnShare = 0.01
/** When most actions find no impression, the logs name users or items differently. */
const failShare = 0.5

export const orphanActions: DataCheck = {
  name: 'orphan-actions',
  asks: 'actions on items that their user (or request) was never shown',
  async run(context) {
    const report = context.table.attribution
    if (!report) return skipped(withoutJoin)
    const { actions, orphans } = report
    if (actions === 0) return finding('FAIL', { ...(await missingKinds(context)), counts: { actions, orphans } })
    const share = shareOf(orphans, actions)
    const verdict = graded(share, { warn: warnShare, fail: failShare })
    return finding(verdict, {
      text: `${countText(orphans)} of ${countText(actions)} actions (${shareText(share)}) are on items never shown to their user`,
      counts: { actions, orphans },
      offenders:
        verdict === 'PASS'
          ? []
          : await firstActions(context, 'SELECT id FROM credited ANTI JOIN shown USING (who, item)'),
      hint: 'they count for no impression: log the impressions of every surface, and write users and items alike in both logs',
    })
  },
}

async function missingKinds({
  database,
  config,
}: Parameters<DataCheck['run']>[0]): Promise<{ text: string; offenders: string[]; hint: string }> {
  const kinds = await database.rows(
    'SELECT kind, count(*) AS n FROM actions WHERE kind IS NOT NULL GROUP BY kind ORDER BY n DESC, kind LIMIT 5',
  )
  return {
    text: `the action log has no action of data.label.action (${JSON.stringify(config.data.label?.action)})`,
    offenders: kinds.map(({ kind, n }) => `${JSON.stringify(kind)} ${countText(Number(n))} times`),
    hint: 'name kinds that are in the column data.actions.kind',
  }
}
