import { operations } from '../../graph/index.js'
import type { Head } from './head.js'

const { square, subtract } = operations

/** Least squares: `(z − y)²`; the score is the logit itself. */
export const regression: Head = {
  name: 'regression',
  defaultMetric: 'rmse',
  lossKinds: ['squaredError'],
  takesNegatives: true,
  logitWidth: () => 1,
  labelWidth: () => 1,
  classes: () => [],
  rankWeights: () => [1],
  loss: (logit, label) => square(subtract(logit, label)),
  predict: (logit) => ({ prediction: logit, score: logit }),
  link: { toLogit: (value) => value, fromLogits: (logits) => logits },
}
