import type { CheckFinding, DataCheck } from './check.js'
import { finding, graded, skipped } from './check.js'
import type { CheckContext } from './context.js'
import { firstActions, placedActions, withoutJoin } from './credited-actions.js'
import { askNumbers, countText, secondsText, shareOf, shareText } from './numbers.js'

/** A few are chance: somebody acted elsewhere and was shown the item later. */
const warnShare = 0.01
/** One in ten is no chance: the positives go missing. */
const failShare = 0.1
/** Offsets that lie so near their median are one offset, whatever people's delays add to it. */
const nearShare = 0.1
const nearSeconds = 60
/** Chance spreads offsets: evenly spread ones have a tenth so near their median. Half of them there means two clocks. */
const skewShare = 0.5

const early = `SELECT id, after - t AS ahead FROM (${placedActions}) WHERE row IS NULL AND before IS NULL AND after IS NOT NULL`

export const actionsBeforeImpression: DataCheck = {
  name: 'actions-before-impression',
  asks: 'actions that come before the first impression of their item, and whether by one offset (two clocks)',
  async run(context) {
    const report = context.table.attribution
    if (!report) return skipped(withoutJoin)
    const { actions, early: count } = report
    const share = shareOf(count, actions)
    const verdict = graded(share, { warn: warnShare, fail: failShare })
    const text = `${countText(count)} of ${countText(actions)} actions (${shareText(share)}) come before the first impression of the item`
    const hint = 'log the impression before the action can happen, or give both logs the same clock'
    const counts = { actions, early: count }
    if (verdict === 'PASS') return finding(verdict, { text, counts, hint })
    const offenders = await firstActions(context, early)
    return skewed(context, { verdict, text, counts, offenders, hint })
  },
}

/** Tells the offset that most early actions share; clocks apart are a fault however few actions show it. */
async function skewed(context: CheckContext, found: CheckFinding): Promise<CheckFinding> {
  const perSecond = context.clock?.perSecond ?? 1
  const offset = `(SELECT quantile_disc(ahead, 0.5) FROM early)`
  const { typical, near, all } = await askNumbers(
    context.database,
    ['typical', 'near', 'all'],
    `WITH early AS MATERIALIZED (${early}) SELECT ${offset} AS typical, count(*) AS "all",
       count(*) FILTER (WHERE abs(ahead - ${offset}) <= greatest(${String(nearSeconds * perSecond)}, ${String(nearShare)} * ${offset})) AS near FROM early`,
  )
  const counts = { ...found.counts, typicalOffsetSeconds: typical / perSecond, nearTypicalOffset: near }
  if (shareOf(near, all) < skewShare) return { ...found, counts }
  const length = secondsText(typical / perSecond)
  return {
    ...found,
    verdict: 'FAIL',
    counts,
    text: `${found.text}; ${shareText(shareOf(near, all))} of them by about ${length}`,
    hint: `the clocks of the two logs stand about ${length} apart, or a little more for the time that people take (whole hours are a time zone): add it to the times of the actions`,
  }
}
