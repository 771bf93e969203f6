import { topAccuracy } from '../class-scores.js'
import type { Metric } from '../metric.js'

export const top3Accuracy: Metric = {
  name: 'top3Accuracy',
  heads: ['multiclass'],
  better: 'higher',
  description: 'share of rows whose class is among the 3 of highest probability',
  compute: (rows) => topAccuracy(rows, 3),
}
