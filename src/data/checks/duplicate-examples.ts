import type { DataCheck } from './check.js'
import { finding, graded, skipped } from './check.js'
import { firstRows } from './context.js'
import { askNumbers, countText, shareOf, shareText } from './numbers.js'

/** At-least-once delivery repeats some events; so few change nothing. */
const warnShare = 0.001
/** More than this and a file was read twice, or a join multiplied the rows. */
const failShare = 0.05

export const duplicateExamples: DataCheck = {
  name: 'duplicate-examples',
  asks: 'rows with the user, item and time (or the request and item) of an earlier row',
  async run(context) {
    const { user, item, time, request } = context.keys
    const key = [request ?? user, item, ...(request === null ? [time] : [])]
    if (key.some((cell) => cell === null))
      return skipped('data.user, data.item and data.time are needed to tell rows apart')
    const known = key.map((cell) => `${cell ?? ''} IS NOT NULL`).join(' AND ')
    const { rows, different } = await askNumbers(
      context.database,
      ['rows', 'different'],
      `SELECT coalesce(sum(n), 0) AS rows, count(*) AS different FROM (SELECT count(*) AS n FROM examples WHERE ${known} GROUP BY ${key.join(', ')})`,
    )
    const count = rows - different
    const share = shareOf(count, rows)
    const verdict = graded(share, { warn: warnShare, fail: failShare })
    const later = `SELECT __row FROM (SELECT __row, row_number() OVER (PARTITION BY ${key.join(', ')} ORDER BY __row) AS place FROM examples WHERE ${known}) WHERE place > 1`
    const names = request === null ? 'user, item and time' : 'request and item'
    return finding(verdict, {
      text: `${countText(count)} of ${countText(rows)} rows (${shareText(share)}) repeat the ${names} of an earlier row`,
      counts: { rows, duplicates: count },
      offenders:
        verdict === 'PASS' ? [] : await firstRows(context, `__row IN (${later})`, `concat_ws(' ', ${key.join(', ')})`),
      hint: 'keep one row of each: a file may be listed twice, or an event delivered twice',
    })
  },
}
