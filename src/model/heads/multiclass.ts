/**
 * Softmax cross entropy over a vocabulary of classes, as the head of TensorFlow's DNNLinearCombinedClassifier with
 * `n_classes > 2`: `−Σ_l t_l log softmax(z)_l`, where `t` is 1 at the row's class, smoothed where the config says so.
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import { smooth, softmaxLink } from './cross-entropy.js'
import type { Head } from './head.js'
import { oneOfLabels, weighedScore } from './rank-weights.js'

const { absolute, logSoftmax, multiply, negate, relu, softmax, subtract, sum } = operations

export const multiclass: Head = {
  name: 'multiclass',
  defaultMetric: 'multiclassLogLoss',
  lossKinds: ['crossEntropy'],
  takesNegatives: false,
  logitWidth: (labels) => labels.length,
  labelWidth: () => 1,
  classes: (labels) => labels,
  rowWeight: (label, classWeights) => classWeights[label] ?? 1,
  rankWeights(labels, positiveLabel) {
    if (positiveLabel !== null) return oneOfLabels(labels, positiveLabel)
    // Classes that are all numbers, such as ratings, are ranked by their expected value.
    const values = labels.map(Number)
    return values.every(Number.isFinite) ? values : null
  },
  loss(logit, label, { logitWidth, loss }) {
    const target = smooth(oneHot(label, logitWidth), loss.labelSmoothing, logitWidth)
    return negate(sum(multiply(target, logSoftmax(logit)), [1], true))
  },
  predict(logit, output) {
    const prediction = softmax(logit)
    return { prediction, score: weighedScore(prediction, output) }
  },
  link: softmaxLink,
}

/** `[batch, 1]` of class numbers → `[batch, classes]`: `max(0, 1 − |y − l|)` is 1 at the class and 0 at all other whole numbers. */
function oneHot(label: Tensor, classes: number): Tensor {
  const { graph } = label
  const places = graph.constant(Array.from(Array(classes).keys()), [1, classes])
  return relu(subtract(graph.constant(1), absolute(subtract(label, places))))
}
