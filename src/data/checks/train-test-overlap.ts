import type { DataCheck } from './check.js'
import { finding, graded, skipped } from './check.js'
import { firstRows } from './context.js'
import { askNumbers, countText, shareOf, shareText } from './numbers.js'

/** Of rows with user, item and time: more is no repeated event but a file in both splits. */
const failShare = 0.01
/** Without keys rows are alike by chance: a warning only where test rows are it so much oftener than training rows among themselves. */
const chanceFactor = 2
const warnShare = 0.01
/** And here half the test is known by heart. */
const failWithoutKeys = 0.5

export const trainTestOverlap: DataCheck = {
  name: 'train-test-overlap',
  asks: 'held-out rows that stand in the training split too (same keys, time and features)',
  async run(context) {
    const { heldOut, columns, keys, rows } = context
    if (heldOut === null || rows.train === 0) return skipped('there is no test or validation split to compare with')
    const named = [keys.user, keys.item, keys.time]
    const isKeyed = named.every((cell) => cell !== null)
    const cells = [...new Set([...named.filter((cell) => cell !== null), ...columns.map(({ cell }) => cell)])]
    const same = `hash(${cells.join(', ')})`
    const trained = `SELECT ${same} AS h FROM examples WHERE __split = 'train'`
    const isCopy = `__split <> 'train' AND ${same} IN (${trained})`
    const { copies, held, twins } = await askNumbers(
      context.database,
      ['copies', 'held', 'twins'],
      `SELECT count(*) FILTER (WHERE ${isCopy}) AS copies, count(*) FILTER (WHERE __split <> 'train') AS held,
         (SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM (${trained}) GROUP BY h HAVING count(*) > 1)) AS twins FROM examples`,
    )
    const share = shareOf(copies, held)
    const chance = Math.max(warnShare, chanceFactor * shareOf(twins, rows.train))
    const verdict = graded(
      share,
      isKeyed ? { warn: 0, fail: failShare } : { warn: chance, fail: Math.max(chance, failWithoutKeys) },
    )
    return finding(verdict, {
      text: `${countText(copies)} of ${countText(held)} held-out rows (${shareText(share)}) stand in training too${isKeyed ? '' : `; ${shareText(shareOf(twins, rows.train))} of the training rows have a twin there`}`,
      counts: { heldOut: held, copies, twinsInTraining: twins },
      offenders:
        verdict === 'PASS'
          ? []
          : await firstRows(
              context,
              isCopy,
              `concat_ws(' ', ${(isKeyed ? named : cells.slice(0, 3)).map((cell) => `CAST(${cell ?? ''} AS VARCHAR)`).join(', ')})`,
            ),
      hint: 'what is measured on them is memory: remove the copies, or split by time',
    })
  },
}
