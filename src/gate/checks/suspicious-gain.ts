/** A gain too good to be true is nearly always a column that knows the label. */
import { changeOf, changeText, percentText } from '../change.js'
import { withoutChampion } from '../check.js'
import type { GateCheck } from '../check.js'

export const suspiciousGain: GateCheck = {
  name: 'suspicious gain',
  question: 'Is the gain small enough to be believed?',
  run(judging) {
    const { champion, metric, limits } = judging
    if (!champion) return withoutChampion
    const limit = `interval reaches ≤ ${percentText(limits.suspicious)}`
    const found = changeOf(judging, champion)
    if (!found) return { outcome: 'skip', found: 'undefined', limit, reason: `${metric} is undefined on these rows` }
    const text = `${metric} ${changeText(found)}`
    if (found.low <= limits.suspicious)
      return { outcome: 'pass', found: text, limit, reason: 'the gain is no larger than models gain' }
    const reason = `${text} is too good to be believed: look for a column that knows the label (widedeep check); where it is true, raise gate.suspicious`
    return { outcome: 'fail', found: text, limit, reason }
  },
}
