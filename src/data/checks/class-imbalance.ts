import type { DataCheck } from './check.js'
import { finding, skipped } from './check.js'
import { askNumbers, shareOf, shareText } from './numbers.js'

/** Clicks on shelves and advertisements are as rare as one in some hundred; below one in a thousand something is usually missing. */
const rarest = 0.001

export const classImbalance: DataCheck = {
  name: 'class-imbalance',
  asks: 'the share of positives',
  async run({ database, positive }) {
    if (positive.sql === null) return skipped(positive.why)
    const { rows, positives, ofAll } = await askNumbers(
      database,
      ['rows', 'positives', 'ofAll'],
      `SELECT count(*) AS rows, sum(${positive.sql}) AS positives, (SELECT avg(${positive.sql}) FROM examples) AS ofAll FROM examples WHERE __split = 'train'`,
    )
    if (rows === 0) return skipped('the training split has no rows')
    const share = shareOf(positives, rows)
    const entropy = share > 0 && share < 1 ? -(share * Math.log(share) + (1 - share) * Math.log(1 - share)) : 0
    return finding(Math.min(share, 1 - share) < rarest ? 'WARN' : 'PASS', {
      text: `${shareText(share)} of the training rows are positive (${shareText(ofAll)} of all); the log loss of that constant is ${entropy.toFixed(4)}`,
      counts: { rows, positives, shareOfAllRows: ofAll },
      hint: 'accuracy says nothing here: judge by AUC and log loss against the constant; are all actions logged and all impressions kept?',
    })
  },
}
