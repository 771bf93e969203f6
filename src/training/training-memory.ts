/** What a training will take, known before anything is reserved. */
import { gradientWidths } from '../model/index.js'
import { trainingTooLarge } from './errors.js'
import type { ModelParts } from './model-state.js'

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

/** What one WebAssembly memory can hold. */
const addressable = 2 ** 32

/** Bytes that training a model reserves. */
export function trainingMemory({ layout, network, spec }: ModelParts): TrainingMemory {
  const { batchSize, workers, optimizers } = spec
  const slotCount = (part: 'wide' | 'deep'): number => optimizers[part].kind.slots.length
  const dense = network.parameters.map(({ shape, part }) => ({
    rowCount: 1,
    dimension: shape.reduce((product, size) => product * size, 1),
    part,
  }))
  const rows = [...layout.tables, ...dense].map(({ rowCount, dimension, part }) => ({
    weights: 4 * rowCount * dimension,
    // Rows begin at multiples of four floats.
    whole: 16 * rowCount * Math.ceil((dimension * (1 + slotCount(part))) / 4),
  }))
  const weights = sum(rows.map((row) => row.weights))
  const denseBytes = 4 * sum(dense.map(({ dimension }) => dimension))
  const inputBytes = 4 * batchSize * sum(Object.values(gradientWidths(layout)))
  const columns = new Set([...(layout.wide?.parts ?? []), ...(layout.deep?.parts ?? [])].map(({ column }) => column))
  return {
    weights,
    optimizerState: sum(rows.map(({ whole }) => whole)) - weights,
    // Of the inputs: staged, fed, their gradients as an output and in shared memory. Of dense parameters: fed, and their gradients twice.
    buffers: 4 * inputBytes + workers * (touchBytes * batchSize * columns.size + 3 * denseBytes),
  }
}

/** Throws `TRAINING_TOO_LARGE` where a training cannot fit into one memory, or into the `available` bytes. */
export function requireMemory({ weights, optimizerState, buffers }: TrainingMemory, available: number): void {
  const wanted = weights + optimizerState + buffers
  const limit = Math.min(addressable, available)
  if (wanted > limit) throw trainingTooLarge({ wanted, limit, weights, optimizerState })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
