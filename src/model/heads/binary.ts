import { operations } from '../../graph/index.js'
import { logitLink, sigmoidLoss } from './cross-entropy.js'
import type { Head } from './head.js'

const { sigmoid } = operations

/** Logistic regression on 0 and 1: `softplus(z) − y·z`, the negative log likelihood of σ(z) (paper §3.3). */
export const binary: Head = {
  name: 'binary',
  defaultMetric: 'auc',
  lossKinds: ['crossEntropy', 'focal'],
  takesNegatives: true,
  logitWidth: () => 1,
  labelWidth: () => 1,
  classes: () => ['0', '1'],
  rowWeight: (label, [negative = 1, positive = 1]) => negative + label * (positive - negative),
  rankWeights: () => [1],
  loss: (logit, label, { loss }) => sigmoidLoss(logit, label, loss),
  predict(logit) {
    const score = sigmoid(logit)
    return { prediction: score, score }
  },
  link: logitLink,
}
