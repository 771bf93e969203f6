import { topAccuracy } from '../class-scores.js'
import type { Metric } from '../metric.js'

export const top5Accuracy: Metric = {
  name: 'top5Accuracy',
  heads: ['multiclass'],
  better: 'higher',
  description: 'share of rows whose class is among the 5 of highest probability',
  compute: (rows) => topAccuracy(rows, 5),
}
