/** What is promised must be near what happens, or at least not farther from it than what the champion promises. */
import { bootstrapMetric } from '../../evaluation/index.js'
import type { GateCheck } from '../check.js'

export const calibration: GateCheck = {
  name: 'calibration',
  question: 'Does it promise what happens?',
  run({ head, rows, challenger, champion, limits }) {
    const limit = `promised / happened reaches ${(1 - limits.calibration).toFixed(2)} … ${(1 + limits.calibration).toFixed(2)}`
    if (head !== 'binary') return { outcome: 'skip', found: '–', limit, reason: `the head is ${head}` }
    const ratio = bootstrapMetric('calibration', { ...rows, scores: challenger.scores })
    if (!ratio)
      return { outcome: 'fail', found: 'undefined', limit, reason: 'no row has a label above 0: take more rows' }
    const found = `${ratio.value.toFixed(3)} (${ratio.low.toFixed(3)} … ${ratio.high.toFixed(3)})`
    const isWithin = ratio.low <= 1 + limits.calibration && ratio.high >= 1 - limits.calibration
    if (isWithin) return { outcome: 'pass', found, limit, reason: 'it promises about what happens' }
    const before = champion && bootstrapMetric('calibration', { ...rows, scores: champion.scores }, { resamples: 1 })
    if (before && Math.abs(Math.log(ratio.value)) <= Math.abs(Math.log(before.value)))
      return {
        outcome: 'pass',
        found,
        limit,
        reason: `it is off, and no farther than the champion's ${before.value.toFixed(3)}`,
      }
    const reason = `promised / happened is ${found}: widedeep calibrate mends it, or training.calibration`
    return { outcome: 'fail', found, limit, reason }
  },
}
