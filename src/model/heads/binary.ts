import { operations } from '../../graph/index.js'
import type { Head } from './head.js'

const { multiply, sigmoid, softplus, subtract } = operations

/** Logistic regression on 0 and 1: `softplus(z) − y·z`, the negative log likelihood of σ(z) (paper §3.3). */
export const binary: Head = {
  name: 'binary',
  loss: (logit, label) => subtract(softplus(logit), multiply(label, logit)),
  score: (logit) => sigmoid(logit),
  labelFault: (label) => (label >= 0 && label <= 1 ? null : 'must lie between 0 and 1'),
}
