import type { DataCheck } from './check.js'
import { finding, graded, skipped } from './check.js'
import { countText, shareOf, shareText } from './numbers.js'

/** One in a thousand, as for rows that cannot be read. */
const warnShare = 0.001
/** With one in ten lost, the labels are those of another product. */
const failShare = 0.1

export const unusableActions: DataCheck = {
  name: 'unusable-actions',
  asks: 'actions without a user, an item or a readable time',
  run({ table: { log } }) {
    if (!log) return Promise.resolve(skipped('the config has no action log (data.actions)'))
    const total = log.rowCount + log.unusable
    const share = shareOf(log.unusable, total)
    return Promise.resolve(
      finding(graded(share, { warn: warnShare, fail: failShare }), {
        text: `${countText(log.unusable)} of ${countText(total)} actions (${shareText(share)}) lack a user, an item or a readable time`,
        counts: { unusable: log.unusable, actions: total },
        offenders: log.offenders,
        hint: 'they are left out; log actions with the user and the item of the impression, and times as numbers or ISO 8601',
      }),
    )
  },
}
