import type { Metric } from '../metric.js'
import { weightOf } from '../metric.js'

/** Bins of equal width over [0, 1] (Naeini et al. 2015). */
const binCount = 15

/** Σ over bins of (share of weight) · |mean prediction − mean label|. */
export const expectedCalibrationError: Metric = {
  name: 'expectedCalibrationError',
  heads: ['binary'],
  better: 'lower',
  description: 'mean distance of prediction and outcome over 15 bins; 0 is perfect',
  compute(rows) {
    const gaps = new Float64Array(binCount)
    let total = 0
    for (let row = 0; row < rows.labels.length; row++) {
      const weight = weightOf(rows, row)
      const score = rows.scores[row] ?? 0
      const bin = Math.min(binCount - 1, Math.max(0, Math.floor(score * binCount)))
      gaps[bin] = (gaps[bin] ?? 0) + weight * (score - (rows.labels[row] ?? 0))
      total += weight
    }
    return total > 0 ? gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total : null
  },
}
