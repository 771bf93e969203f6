import type { DataCheck } from './check.js'
import { finding, skipped } from './check.js'
import { firstRows } from './context.js'
import { askNumbers, countText, momentText } from './numbers.js'

/** Time zones and clocks that run ahead explain so much, not more. */
const toleranceSeconds = 86_400

export const futureTimes: DataCheck = {
  name: 'future-times',
  asks: 'rows more than a day later than now, and rows at the zero of the clock (1970)',
  async run(context) {
    const { clock, keys, now } = context
    if (!clock) return skipped('no row has a time that is a moment (data.time)')
    const isFuture = `__time > ${String((now + toleranceSeconds) * clock.perSecond)}`
    // A missing time that a program wrote as 0; the day's width takes in time zones.
    const isZero = `abs(__time) <= ${String(toleranceSeconds * clock.perSecond)}`
    const { future, zero, latest, rows } = await askNumbers(
      context.database,
      ['future', 'zero', 'latest', 'rows'],
      `SELECT count(*) FILTER (WHERE ${isFuture}) AS future, count(*) FILTER (WHERE ${isZero}) AS zero, max(__time) AS latest, count(*) AS rows FROM examples`,
    )
    // One row in the future is enough to move a split that counts days back from the latest.
    const verdict = future > 0 ? 'FAIL' : zero > 0 ? 'WARN' : 'PASS'
    const zeros = zero > 0 ? `, ${countText(zero)} at 1 January 1970` : ''
    return finding(verdict, {
      text: `${countText(future)} of ${countText(rows)} rows lie in the future${zeros}; the latest is of ${momentText(latest / clock.perSecond)}`,
      counts: { rows, future, zero },
      offenders:
        verdict === 'PASS' ? [] : await firstRows(context, future > 0 ? isFuture : isZero, keys.time ?? '__time'),
      hint: 'mend or leave out these rows: a split by time counts back from the latest one',
    })
  },
}
