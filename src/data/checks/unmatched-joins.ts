import type { DataCheck } from './check.js'
import { finding, graded, skipped } from './check.js'
import { firstRows } from './context.js'
import { askNumbers, countText, shareOf, shareText } from './numbers.js'

/** A few keys without a row are users and items newer than the table. */
const warnShare = 0.01
/** When most keys find no row, the two sides write their keys differently. */
const failShare = 0.5

export const unmatchedJoins: DataCheck = {
  name: 'unmatched-joins',
  asks: 'rows whose key has no row in a joined table (data.join)',
  async run(context) {
    const joins = context.config.data.join ?? []
    if (joins.length === 0) return skipped('data.join names no table')
    const names = joins.map((_, index) => `unmatched_${String(index)}`)
    const select = names.map((name) => `count(*) FILTER (WHERE __${name}) AS ${name}`)
    const counts = await askNumbers(context.database, names, `SELECT ${select.join(', ')} FROM examples`)
    const { rowCount } = context.table
    const worst = names.reduce((a, b) => ((counts[b] ?? 0) > (counts[a] ?? 0) ? b : a))
    const share = shareOf(counts[worst] ?? 0, rowCount)
    const verdict = graded(share, { warn: warnShare, fail: failShare })
    const { from, on } = joins[names.indexOf(worst)] ?? { from: '', on: '' }
    const key = context.table.columns.get(typeof on === 'string' ? on : on.examples) ?? 'NULL'
    return finding(verdict, {
      text: `at most ${shareText(share)} of the rows have no row in a joined table${share > 0 ? ` (${from})` : ''}`,
      counts: {
        rows: rowCount,
        ...Object.fromEntries(joins.map((join, at) => [join.from, counts[names[at] ?? ''] ?? 0])),
      },
      offenders: verdict === 'PASS' ? [] : await firstRows(context, `__${worst}`, key),
      hint: `their columns of ${from} count as missing; add the rows, or write the keys alike on both sides (${countText(counts[worst] ?? 0)} rows)`,
    })
  },
}
