import { shareOf, shareText, countText } from './numbers.js'
import type { DataCheck } from './check.js'
import { finding, graded } from './check.js'

/** Any unread row is worth a look. */
const warnShare = 0
/** Beyond it `prepare` refuses the data unless data.format.badRows says otherwise. */
const defaultLimit = 0.001

export const unreadRows: DataCheck = {
  name: 'unread-rows',
  asks: 'rows of text files that have too few or too many cells',
  run({ badRows, table, config }) {
    const { left, offenders } = badRows
    const total = table.rowCount + left
    const verdict = graded(shareOf(left, total), {
      warn: warnShare,
      fail: config.data.format?.badRows ?? defaultLimit,
    })
    return Promise.resolve(
      finding(verdict, {
        text: `${countText(left)} of ${countText(total)} rows (${shareText(shareOf(left, total))}) cannot be read`,
        counts: { unread: left, rows: total },
        offenders,
        hint: 'mend the files (quotes, delimiters), or set data.format; with data.format.badRows more may be left out',
      }),
    )
  },
}
