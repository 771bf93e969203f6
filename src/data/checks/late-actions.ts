import type { DataCheck } from './check.js'
import { finding, graded, skipped } from './check.js'
import { firstActions, placedActions, withoutJoin } from './credited-actions.js'
import { defaultWindow } from '../attribution.js'
import { askNumbers, countText, secondsText, shareOf, shareText } from './numbers.js'

/** One in twenty positives lost to the window is more than any model gains by a better architecture. */
const warnShare = 0.05

const late = `SELECT id, t - before AS delay FROM (${placedActions}) WHERE row IS NULL AND before IS NOT NULL`

export const lateActions: DataCheck = {
  name: 'late-actions',
  asks: 'actions that come after the attribution window (data.label.within)',
  async run(context) {
    const report = context.table.attribution
    if (!report) return skipped(withoutJoin)
    const { actions, late: count } = report
    const share = shareOf(count, actions)
    const verdict = graded(share, { warn: warnShare })
    const within = context.config.data.label?.within ?? defaultWindow
    const text = `${countText(count)} of ${countText(actions)} actions (${shareText(share)}) come more than ${within} after the impression`
    const found = { text, counts: { actions, late: count }, hint: 'lengthen data.label.within' }
    if (verdict === 'PASS') return finding(verdict, found)
    const { delay } = await askNumbers(
      context.database,
      ['delay'],
      `SELECT quantile_disc(delay, 0.5) AS delay FROM (${late})`,
    )
    const typical = delay / (context.clock?.perSecond ?? 1)
    return finding(verdict, {
      ...found,
      text: `${text}, half of them within ${secondsText(typical)}`,
      counts: { ...found.counts, medianDelaySeconds: typical },
      offenders: await firstActions(context, late),
      hint: `lengthen data.label.within (impressions that young are then left out), or leave it where a later action has another reason`,
    })
  },
}
