/** Predictions of raw rows by a model that serves, counted as lists are. */
import type { RawRow } from '../features/index.js'
import type { RowPredictions } from '../ranking/index.js'
import type { ServingMetrics } from './metrics.js'
import type { ServedModel } from './served-model.js'

export type RowMetrics = Pick<ServingMetrics, 'list'>

export interface PredictedBy {
  readonly model: ServedModel
  readonly alias: string
  /** What was asked, for the measurements. */
  readonly operation: string
}

/** Predicts rows on the scoring threads. */
export async function predictRows(
  { name, metrics }: { readonly name: string; readonly metrics: RowMetrics },
  { model, alias, operation }: PredictedBy,
  rows: readonly RawRow[],
): Promise<RowPredictions> {
  const start = performance.now()
  const predicted = await model.pool.predictRows(rows)
  const rank = (performance.now() - start) / 1000
  metrics.list(
    { model: name, version: model.version, alias, operation },
    { retrieve: 0, rank, candidates: rows.length },
  )
  return predicted
}

/** A number for each row, or its probabilities where the model has classes. */
export function predictionsByRow({ values, labels }: RowPredictions): (number | number[])[] {
  const width = labels.length
  if (width === 0) return [...values]
  return Array.from({ length: values.length / width }, (_, row) => [...values.subarray(row * width, (row + 1) * width)])
}
