/** What a training will take, known before anything is reserved. */
import { gradientWidths } from '../model/index.js'
import { idProducts } from '../tables/index.js'
import { columnsApart, costsApart } from './columns-apart.js'
import type { ColumnsApart } from './columns-apart.js'
import { trainingTooLarge } from './errors.js'
import type { ModelParts } from './model-state.js'
import type { TrainingSpec } from './training-spec.js'

/** Bytes by what they hold. */
export interface TrainingMemory {
  /** Weights of tables and dense parameters. */
  readonly weights: number
  /** What the optimizers keep beside them, and the padding of rows. */
  readonly optimizerState: number
  /**
   * Inputs of a batch, their gradients and the touches of rows, in all threads: with one id a column and row. Without the activations that an executor
   * holds within a run.
   */
  readonly buffers: number
}

/** Of one id of one example, for the thread that owns its row. */
const touchBytes = 8

/** Bytes that training a model reserves. */
export function trainingMemory(parts: ModelParts): TrainingMemory {
  const { layout, network, spec } = parts
  const slotCount = (part: 'wide' | 'deep'): number => spec.optimizers[part].kind.slots.length
  const dense = network.parameters.map(({ shape, part }) => ({ rowCount: 1, dimension: sizeOf(shape), part }))
  const rows = [...layout.tables, ...dense].map(({ rowCount, dimension, part }) => ({
    weights: 4 * rowCount * dimension,
    // Rows begin at multiples of four floats.
    whole: 16 * rowCount * Math.ceil((dimension * (1 + slotCount(part))) / 4),
  }))
  const weights = sum(rows.map((row) => row.weights))
  return {
    weights,
    optimizerState: sum(rows.map(({ whole }) => whole)) - weights,
    buffers: batchMemory(parts) + (spec.averaging > 0 ? weights : 0),
  }
}

/** Bytes that a step takes beside the tables. */
export function batchMemory(parts: ModelParts): number {
  const { layout, network, spec } = parts
  const denseBytes = 4 * sum(network.parameters.map(({ shape }) => sizeOf(shape)))
  const inputBytes = 4 * spec.batchSize * sum(Object.values(gradientWidths(layout)))
  const columns = new Set([...(layout.wide?.parts ?? []), ...(layout.deep?.parts ?? [])].map(({ column }) => column))
  // Of the inputs: staged, fed, their gradients as an output and in shared memory. Of dense parameters: fed, and their gradients twice.
  const apart = columnsApart(parts, { isNear: () => true, idsOf: () => 0, costs: costsApart.kernels })
  return (
    4 * inputBytes +
    (apart ? apartMemory(apart, spec) : 0) +
    spec.workers * (touchBytes * spec.batchSize * columns.size + 3 * denseBytes)
  )
}

/**
 * Of columns apart: for each example what the graph is fed and leaves; in all threads the places of its ids, the ids, their rows and gradients, and the
 * layer's rows of them.
 */
function apartMemory({ columns, network }: ColumnsApart, { batchSize, workers }: TrainingSpec): number {
  const ids = sum(columns.map(({ idCount }) => idCount))
  const idFloats = sum(columns.map(({ idCount, dimension }) => idCount * dimension))
  const mostIds = Math.max(...columns.map(({ idCount }) => idCount))
  const rowsOfIds = idProducts.roomOfIds(columns.length, Math.min(mostIds, batchSize))
  const { outputs } = network.layer
  return 4 * (2 * batchSize * outputs + workers * (rowsOfIds + batchSize * columns.length + 2 * ids + 2 * idFloats))
}

/** Throws `TRAINING_TOO_LARGE` where a training does not fit into the `available` bytes. */
export function requireMemory({ weights, optimizerState, buffers }: TrainingMemory, available: number): void {
  const wanted = weights + optimizerState + buffers
  if (wanted > available) throw trainingTooLarge({ wanted, available, weights, optimizerState })
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
