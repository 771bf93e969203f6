/** What the training graph is fed beside the model's inputs: the weights, and what the loss is computed of. */
import type { TensorData } from '../graph/index.js'
import { inputNames } from '../model/index.js'
import type { ParameterSpec } from '../model/index.js'
import type { RowRange, Table } from '../tables/index.js'
import type { TrainingBatch } from './training-batch.js'

export interface WeightFeeds {
  readonly feeds: Readonly<Record<string, TensorData>>
  /** Copies the weights as they are now out of shared memory, which ONNX Runtime refuses on Node 20 (2 MB: about 0.1 ms). */
  copy(): void
}

/** Feeds of dense parameters; `tables` hold their weights, in the same order. */
export function createWeightFeeds(
  parameters: readonly ParameterSpec[],
  tables: readonly Pick<Table, 'rows' | 'dimension'>[],
): WeightFeeds {
  const copies = tables.map(({ rows, dimension }, index) => ({
    name: parameters[index]?.name ?? '',
    from: rows.subarray(0, dimension),
    feed: { data: new Float32Array(dimension), shape: parameters[index]?.shape ?? [] },
  }))
  return {
    feeds: Object.fromEntries(copies.map(({ name, feed }) => [name, feed])),
    copy: () => {
      for (const { from, feed } of copies) feed.data.set(from)
    },
  }
}

/** Labels, example weights, offsets and the factor of the loss, for a range of the batch's rows: copies. */
export function lossFeeds(batch: TrainingBatch, { first, count }: RowRange, scale: number): Record<string, TensorData> {
  const labelWidth = batch.labels.length / batch.rowCount
  const rows = (values: Float32Array, width = 1): TensorData => ({
    data: values.slice(first * width, (first + count) * width),
    shape: [count, width],
  })
  return {
    [inputNames.label]: rows(batch.labels, labelWidth),
    [inputNames.weight]: rows(batch.weights),
    [inputNames.offset]: rows(batch.offsets ?? new Float32Array(batch.rowCount)),
    [inputNames.lossScale]: { data: Float32Array.of(scale), shape: [] },
  }
}
