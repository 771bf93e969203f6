/** From the probabilities of a row to the one number that items are ranked by. */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { ResolvedOutput } from './head.js'

/** Ranks by one class alone. */
export const oneOfLabels = (labels: readonly string[], label: string): readonly number[] =>
  labels.map((one) => Number(one === label))

/** `[batch, classes]` → `[batch, 1]`; the first class stands in where nothing says what to rank by. */
export function weighedScore(prediction: Tensor, { rankWeights, labels }: ResolvedOutput): Tensor {
  const weights = rankWeights ?? oneOfLabels(labels, labels[0] ?? '')
  return operations.matmul(prediction, prediction.graph.constant(weights, [weights.length, 1]))
}

/** The same for predictions that have left the graph: one score for each row. */
export function rankScores(prediction: Float32Array, { rankWeights, labels }: ResolvedOutput): Float32Array {
  const weights = rankWeights ?? oneOfLabels(labels, labels[0] ?? '')
  const width = weights.length
  return Float32Array.from({ length: prediction.length / width }, (_, row) =>
    weights.reduce((sum, weight, place) => sum + weight * (prediction[row * width + place] ?? 0), 0),
  )
}
