/**
 * Independent sigmoids, one for each label, as TensorFlow's MultiLabelHead: the loss of a row is the mean over its labels,
 * each times its class weight.
 */
import { operations } from '../../graph/index.js'
import { logitLink, sigmoidLoss } from './cross-entropy.js'
import type { Head } from './head.js'
import { oneOfLabels, weighedScore } from './rank-weights.js'

const { mean, multiply, sigmoid } = operations

export const multilabel: Head = {
  name: 'multilabel',
  defaultMetric: 'multilabelLogLoss',
  lossKinds: ['crossEntropy', 'focal'],
  takesNegatives: false,
  logitWidth: (labels) => labels.length,
  labelWidth: (labels) => labels.length,
  classes: (labels) => labels,
  // Without a positive label, by how many labels are to be expected.
  rankWeights: (labels, positiveLabel) =>
    positiveLabel === null ? labels.map(() => 1) : oneOfLabels(labels, positiveLabel),
  loss(logit, label, { loss, classWeights }) {
    const each = sigmoidLoss(logit, label, loss)
    const weighed = classWeights ? multiply(each, logit.graph.constant(classWeights, [1, classWeights.length])) : each
    return mean(weighed, [1], true)
  },
  predict(logit, output) {
    const prediction = sigmoid(logit)
    return { prediction, score: weighedScore(prediction, output) }
  },
  link: logitLink,
}
