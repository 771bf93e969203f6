import { topAccuracy } from '../class-scores.js'
import type { Metric } from '../metric.js'

export const multiclassAccuracy: Metric = {
  name: 'multiclassAccuracy',
  heads: ['multiclass'],
  better: 'higher',
  description: 'share of rows whose class has the highest probability',
  compute: (rows) => topAccuracy(rows, 1),
}
