/**
 * Not worse than the champion by more than the limit, on the paired interval. A difference of noise passes where the rows are
 * enough to rule out a real loss, and is never called better; where they are not enough, the reason says so.
 */
import { countText } from '../../base/index.js'
import { rowCountOf } from '../../evaluation/index.js'
import { changeOf, changeText, percentText } from '../change.js'
import type { Change } from '../change.js'
import { withoutChampion } from '../check.js'
import type { GateCheck, Judging } from '../check.js'

export const change: GateCheck = {
  name: 'change',
  question: 'Is it surely not worse than the champion by more than the limit?',
  run(judging) {
    const { champion, metric, limits } = judging
    if (!champion) return withoutChampion
    const limit = `interval ≥ ${percentText(limits.change)}`
    const found = changeOf(judging, champion)
    if (!found)
      return {
        outcome: 'fail',
        found: 'undefined',
        limit,
        reason: `${metric} is undefined on these rows: take more rows`,
      }
    const outcome = found.low >= limits.change ? 'pass' : 'fail'
    return { outcome, found: `${metric} ${changeText(found)}`, limit, reason: sentence(found, judging) }
  },
}

function sentence(found: Change, { metric, limits, rows }: Judging): string {
  const least = percentText(limits.change)
  if (found.low >= limits.change) {
    if (found.low > 0)
      return `better: ${metric} rose by ${changeText(found)} of the champion's ${found.from.toFixed(4)}`
    return `no difference beyond noise, and surely not worse by more than ${least}: ${metric} ${changeText(found)}`
  }
  if (found.high < limits.change) return `worse: ${metric} ${changeText(found)}, surely below ${least}`
  if (found.high < 0) return `worse: ${metric} ${changeText(found)}, perhaps below ${least}`
  // The width of an interval shrinks with the root of the number of rows.
  const factor = ((found.value - found.low) / Math.max(found.value - limits.change, 1e-9)) ** 2
  const enough =
    found.value > limits.change ? `; about ${countText(Math.ceil(factor * rowCountOf(rows)))} rows would tell` : ''
  return `undecided: ${metric} ${changeText(found)} may hide a loss beyond ${least}${enough}`
}
