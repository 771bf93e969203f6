import { operations } from '../../graph/index.js'
import type { Head } from './head.js'

const { square, subtract } = operations

/** Least squares: `(z − y)²`; the score is the logit itself. */
export const regression: Head = {
  name: 'regression',
  loss: (logit, label) => square(subtract(logit, label)),
  score: (logit) => logit,
  labelFault: (label) => (Number.isFinite(label) ? null : 'must be a finite number'),
}
