import type { DataCheck } from './check.js'
import { finding, shownOffenders, skipped } from './check.js'
import { askNumbers, countText, shareOf, shareText } from './numbers.js'

/** What one row in twenty has is hardly learned; more often a join or a logger lost it. */
const mostMissing = 0.95
/** Shares that differ by more than this between training and test are another way of logging, not chance. */
const mostDifference = 0.1
/** Here a column that was there is gone, or the reverse. */
const failDifference = 0.9
/** Of fewer held-out rows shares differ by chance. */
const fewestRows = 100

export const missingValues: DataCheck = {
  name: 'missing-values',
  asks: 'the share of missing cells by column, and where it differs between training and test',
  async run({ database, columns, rows, heldOut }) {
    if (rows.train === 0) return skipped('the training split has no rows')
    const later = heldOut !== null && rows[heldOut] >= fewestRows ? heldOut : 'train'
    const names = columns.flatMap((_, index) => [`t${String(index)}`, `h${String(index)}`])
    const select = columns.flatMap(({ cell }, index) =>
      [['t', 'train'] as const, ['h', later] as const].map(
        ([prefix, split]) =>
          `count(*) FILTER (WHERE __split = '${split}' AND ${cell} IS NULL) AS ${prefix}${String(index)}`,
      ),
    )
    const counts = await askNumbers(database, names, `SELECT ${select.join(', ')} FROM examples`)
    const shares = columns.map(({ name }, index) => {
      const trained = shareOf(counts[`t${String(index)}`] ?? 0, rows.train)
      const held = shareOf(counts[`h${String(index)}`] ?? 0, rows[later])
      return { name, trained, held, difference: Math.abs(trained - held) }
    })
    const faulty = shares.filter(({ trained, difference }) => trained > mostMissing || difference > mostDifference)
    const most = shares.reduce((a, b) => (b.trained > a.trained ? b : a), { name: '', trained: 0 })
    const isGone = faulty.some(({ difference }) => difference > failDifference)
    return finding(isGone ? 'FAIL' : faulty.length > 0 ? 'WARN' : 'PASS', {
      text: `${countText(shares.filter(({ trained }) => trained > 0).length)} of ${countText(columns.length)} columns have missing cells${most.trained > 0 ? `, the most ${most.name} with ${shareText(most.trained)}` : ''}`,
      counts: { columns: columns.length, ...Object.fromEntries(shares.map(({ name, trained }) => [name, trained])) },
      offenders: faulty
        .slice(0, shownOffenders)
        .map(
          ({ name, trained, held }) =>
            `column ${name}: ${shareText(trained)} missing in training, ${shareText(held)} in ${later}`,
        ),
      hint: 'leave columns that are hardly filled out; where the share changed, look since when the column is logged',
    })
  },
}
