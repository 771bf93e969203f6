/** Class weights: in training alone a row weighs its own weight times that of its class. */
import type { EncodedBatch } from '../features/index.js'
import type { ResolvedModel } from '../model/index.js'
import { heads } from '../model/index.js'

/** What weighs batches as a model's label section says; batches stay as they are without class weights of rows. */
export function classWeigher({
  head,
  output,
}: Pick<ResolvedModel, 'head' | 'output'>): <B extends EncodedBatch>(batch: B) => B {
  const { classWeights } = output
  const { rowWeight } = heads[head]
  if (!classWeights || !rowWeight) return (batch) => batch
  return (batch) => ({
    ...batch,
    weights: batch.weights.map((weight, row) => weight * rowWeight(batch.labels[row] ?? 0, classWeights)),
  })
}
