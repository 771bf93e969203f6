import type { DataCheck } from './check.js'
import { finding, shownOffenders, skipped } from './check.js'
import { dayText, daySql } from './days.js'
import { countText, medianOf, plotText, shareOf, shareText } from './numbers.js'

/** Fewer days have no usual rate to leave. */
const fewestDays = 4
/** A day without one positive (or negative) says something when so many were to be expected: by chance e^-10. */
const expectedAtLeast = 10
/** Standard deviations, of chance and of the other days together; by chance not once in a million days. */
const farDeviations = 5
/** And so many times the usual rate: on large days chance is small, and a promotion is no fault. */
const farFactor = 1.5

interface Day {
  readonly day: number
  readonly n: number
  readonly rate: number
}

export const labelRateByDay: DataCheck = {
  name: 'label-rate-by-day',
  asks: 'days whose positive rate leaves the others by far, or is 0 or 1',
  async run({ database, clock, positive }) {
    if (positive.sql === null) return skipped(positive.why)
    if (!clock) return skipped('no row has a time that is a moment (data.time)')
    const rows = await database.rows(
      `SELECT ${daySql(clock)} AS day, count(*) AS n, avg(${positive.sql}) AS rate FROM examples WHERE __time IS NOT NULL AND __label IS NOT NULL GROUP BY day ORDER BY day`,
    )
    const days = rows.map((row) => ({ day: Number(row['day']), n: Number(row['n']), rate: Number(row['rate']) }))
    if (days.length < fewestDays)
      return skipped(`${String(days.length)} days, ${String(fewestDays)} at least are compared`)
    const { empty, far, usual } = judge(days)
    const offending = [...empty, ...far]
    return finding(empty.length > 0 ? 'FAIL' : far.length > 0 ? 'WARN' : 'PASS', {
      text: `${countText(days.length)} days, ${shareText(usual)} positive on the middle one, ${String(offending.length)} off  ${plotText(days.map(({ rate }) => rate))}`,
      counts: { days: days.length, withoutPositivesOrNegatives: empty.length, far: far.length },
      offenders: offending
        .slice(0, shownOffenders)
        .map(({ day, n, rate }) => `${dayText(day)}: ${shareText(rate)} of ${countText(n)} rows`),
      hint: 'look at the logs of these days: actions that were not logged, impressions that were, a join that lost rows; leave such days out',
    })
  },
}

function judge(days: readonly Day[]): { empty: Day[]; far: Day[]; usual: number } {
  // Days with few rows have rates of chance, and would make the usual ones look scattered.
  const large = days.filter(({ n }) => n >= shareOf(sum(days), days.length) / 10)
  const usual = medianOf(large.map(({ rate }) => rate))
  // 1.4826: the median deviation of a normal variable, to its standard deviation.
  const scatter = 1.4826 * medianOf(large.map(({ rate }) => Math.abs(rate - usual)))
  const empty = days.filter(
    ({ n, rate }) => (rate === 0 && usual * n >= expectedAtLeast) || (rate === 1 && (1 - usual) * n >= expectedAtLeast),
  )
  const far = days.filter(({ n, rate }) => {
    const deviation = Math.hypot(Math.sqrt((usual * (1 - usual)) / n), scatter)
    const isLarge = Math.max(rate, usual) > farFactor * Math.min(rate, usual)
    return rate > 0 && rate < 1 && isLarge && Math.abs(rate - usual) > farDeviations * deviation
  })
  return { empty, far, usual }
}

const sum = (days: readonly Day[]): number => days.reduce((total, { n }) => total + n, 0)
