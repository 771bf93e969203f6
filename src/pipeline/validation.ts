/** Validation after each epoch: the model as it is on the validation split. */
import type { PreparedData } from '../data/index.js'
import { evaluatePointwise } from '../evaluation/index.js'
import type { EncodedFeatures } from '../features/index.js'
import type { ModelParts, TrainerOptions } from '../training/index.js'

/** Rows scored at once. */
export const rowsPerBlock = 8192

/** Scores and labels of every row of a split, in order. */
export async function scoreSplit(
  dataset: ReturnType<PreparedData['split']>,
  score: (features: EncodedFeatures) => Promise<Float32Array>,
): Promise<{ scores: Float32Array; labels: Float32Array; weights: Float32Array }> {
  const scores = new Float32Array(dataset.rowCount)
  const labels = new Float32Array(dataset.rowCount)
  const weights = new Float32Array(dataset.rowCount)
  for (let first = 0; first < dataset.rowCount; first += rowsPerBlock) {
    const block = await dataset.readBlock(first, Math.min(rowsPerBlock, dataset.rowCount - first))
    scores.set(await score(block), first)
    labels.set(block.labels, first)
    weights.set(block.weights, first)
  }
  return { scores, labels, weights }
}

/** The trainer's `validate` over a prepared validation split; no metrics without rows. */
export function validator({ model }: ModelParts, data: PreparedData): TrainerOptions['validate'] {
  const dataset = data.split('validation')
  return async (score) => {
    if (dataset.rowCount === 0) return {}
    return evaluatePointwise(model.head, await scoreSplit(dataset, score))
  }
}
