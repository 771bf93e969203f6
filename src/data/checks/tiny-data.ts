import type { DataCheck } from './check.js'
import { finding } from './check.js'
import type { CheckContext } from './context.js'
import { askNumbers, countText } from './numbers.js'

/** Below it even a handful of columns has more weights than rows. */
const fewestRows = 1000
/** The rarer class in training: with 100 rows of it, a rate is known to a fifth of itself (2/√100). */
const fewestTrained = 100
/** The rarer class in a held-out split: with 30, the AUC's standard error is about .05, and no comparison says anything. */
const fewestHeldOut = 30

export const tinyData: DataCheck = {
  name: 'tiny-data',
  asks: 'whether there are rows, positives and negatives enough to learn from and to judge by',
  async run(context) {
    const { train } = context.rows
    const rarer = await rarerClass(context)
    const reasons = [
      ...(train < fewestRows ? [`${countText(train)} training rows, ${countText(fewestRows)} at least are usual`] : []),
      ...Object.entries(rarer).flatMap(([split, count]) => {
        const fewest = split === 'train' ? fewestTrained : fewestHeldOut
        return count < fewest
          ? [`${countText(count)} rows of the rarer class in ${split}, ${String(fewest)} needed`]
          : []
      }),
    ]
    const isEmpty = train === 0 || rarer['train'] === 0
    return finding(isEmpty ? 'FAIL' : reasons.length > 0 ? 'WARN' : 'PASS', {
      text: `${countText(train)} training rows${Object.entries(rarer)
        .map(([split, count]) => `, ${countText(count)} of the rarer class in ${split}`)
        .join('')}`,
      counts: {
        ...context.rows,
        ...Object.fromEntries(Object.entries(rarer).map(([split, n]) => [`rarer_${split}`, n])),
      },
      offenders: reasons,
      hint: 'take logs of a longer time, or an action that happens more often; judge by intervals over seeds (widedeep compare)',
    })
  },
}

/** Rows of the rarer class by split with rows; nothing where no row is positive or negative. */
async function rarerClass({ database, positive, rows }: CheckContext): Promise<Record<string, number>> {
  if (positive.sql === null) return {}
  const splits = Object.entries(rows).flatMap(([split, count]) => (count > 0 ? [split] : []))
  if (splits.length === 0) return {}
  const select = splits.map(
    (split) =>
      `least(count(*) FILTER (WHERE __split = '${split}' AND ${positive.sql} > 0), count(*) FILTER (WHERE __split = '${split}' AND ${positive.sql} = 0)) AS ${split}`,
  )
  return askNumbers(database, splits, `SELECT ${select.join(', ')} FROM examples`)
}
