/** A sparse parameter table: one row an id, weights and optimizer state side by side, so that a cache miss brings both. */
import { randomNormal, randomUniform } from '../base/index.js'
import { everyStepTooLarge } from './errors.js'
import type { BoundOptimizer, ResolvedOptimizer } from './optimizer.js'
import { bindOptimizer, initialSlots } from './optimizer.js'
import type { TableMemory } from './table-memory.js'

export interface TableOptions {
  readonly name: string
  readonly rowCount: number
  readonly dimension: number
  /** `null`: weights only, for scoring. */
  readonly optimizer: ResolvedOptimizer | null
  /** Penalty λ/2·‖w‖². Default 0. */
  readonly l2?: number
  /** Penalty λ·|w|. Default 0. */
  readonly l1?: number
  /** Rows that the penalty moves: those of the batch (default), or all at each step, as BARS. */
  readonly regularization?: 'touched' | 'everyStep'
  /** Largest length of a row; longer ones are scaled down to it after each update. Default: any. */
  readonly maxNorm?: number | undefined
  /** Its place among the rows of a larger table of which this is a shard: what random weights are drawn by. Default 0. */
  readonly firstRow?: number | undefined
  /** Where the rows lie already, in a memory that another thread has filled. Default: rows of zeros are reserved. */
  readonly offset?: number | undefined
}

export interface Initialization {
  readonly key: number
  readonly standardDeviation: number
  readonly distribution: 'normal' | 'uniform' | 'zeros'
  /** The first so many rows stay zero. Default 0. */
  readonly zeroRows?: number
}

export interface Table {
  readonly name: string
  readonly memory: TableMemory
  readonly rowCount: number
  readonly dimension: number
  /** Floats from one row to the next. */
  readonly rowFloats: number
  readonly offset: number
  readonly optimizer: BoundOptimizer | null
  readonly l2: number
  readonly l1: number
  readonly regularization: 'touched' | 'everyStep'
  /** 0: any length. */
  readonly maxNorm: number
  /** What another thread opens the same table with: plain data. */
  place(): TableOptions
  /** All rows with their state; what a checkpoint stores. */
  readonly rows: Float32Array
  /** Sets weights by (key, row, column) alone and slots to their initial values. */
  initialize(initialization: Initialization): void
  /** Weights of rows `[first, first + count)` without state, `count × dimension`. */
  readWeights(first: number, count: number): Float32Array
  /** The inverse of `readWeights`; state is left alone. */
  writeWeights(first: number, weights: Float32Array): void
  /** Forgets the optimizer's state of a row; its weights stand. */
  restartRow(row: number): void
  /** Forgets a part of what the optimizer's state has summed up over all steps, `memory` of it stays; all weights stand. */
  fade(memory: number): void
}

/** Most weights of a table that may be updated at each step: about a tenth of a second's work. */
const everyStepLimit = 50_000_000

/** Makes a table of zeros. */
export function createTable(memory: TableMemory, options: TableOptions): Table {
  const { name, rowCount, dimension, optimizer, l2 = 0, l1 = 0, regularization = 'touched', maxNorm = 0 } = options
  const { firstRow = 0 } = options
  const size = rowCount * dimension
  if (regularization === 'everyStep' && (l2 > 0 || l1 > 0) && size > everyStepLimit)
    throw everyStepTooLarge({ table: name, size, limit: everyStepLimit })
  const initial = optimizer ? initialSlots(optimizer) : []
  const rowFloats = rowFloatsOf(options)
  const offset = options.offset ?? memory.allocate(4 * rowFloats * rowCount)
  const rows = memory.float32(offset, rowFloats * rowCount)
  const bound = optimizer && bindOptimizer(memory, optimizer)
  return {
    name,
    memory,
    rowCount,
    dimension,
    rowFloats,
    offset,
    optimizer: bound,
    l2,
    l1,
    regularization,
    maxNorm,
    place: () => ({ ...options, offset }),
    rows,
    initialize: (initialization) => {
      initializeRows(rows, { rowFloats, dimension, slots: initial, rowCount, firstRow }, initialization)
      if (maxNorm > 0) memory.kernels.limitNorms(offset, rowFloats, dimension, rowCount, maxNorm)
    },
    readWeights(first, count) {
      const weights = new Float32Array(count * dimension)
      for (let row = 0; row < count; row++) {
        const from = (first + row) * rowFloats
        for (let column = 0; column < dimension; column++) weights[row * dimension + column] = rows[from + column] ?? 0
      }
      return weights
    },
    writeWeights(first, weights) {
      for (let row = 0; row * dimension < weights.length; row++) {
        const to = (first + row) * rowFloats
        for (let column = 0; column < dimension; column++) rows[to + column] = weights[row * dimension + column] ?? 0
      }
    },
    restartRow(row) {
      fillSlots(rows, row * rowFloats, { dimension, slots: initial })
    },
    fade(share) {
      for (let row = 0; row < rowCount; row++) bound?.fade(offset + 4 * row * rowFloats, dimension, share)
    },
  }
}

/** Floats from one row to the next: `dimension · (1 + slots)`, padded to a multiple of four. */
export function rowFloatsOf({ dimension, optimizer }: Pick<TableOptions, 'dimension' | 'optimizer'>): number {
  return Math.ceil((dimension * (1 + (optimizer ? initialSlots(optimizer).length : 0))) / 4) * 4
}

interface RowLayout {
  readonly rowFloats: number
  readonly dimension: number
  readonly slots: readonly number[]
  readonly rowCount: number
  readonly firstRow: number
}

function initializeRows(rows: Float32Array, layout: RowLayout, initialization: Initialization): void {
  const { rowFloats, dimension, rowCount, firstRow } = layout
  const draw = drawer(initialization)
  for (let row = 0; row < rowCount; row++) {
    const at = row * rowFloats
    const counter = (firstRow + row) * dimension
    const isZero = firstRow + row < (initialization.zeroRows ?? 0)
    for (let column = 0; column < dimension; column++) rows[at + column] = isZero ? 0 : draw(counter + column)
    fillSlots(rows, at, layout)
  }
}

function fillSlots(rows: Float32Array, at: number, { dimension, slots }: Pick<RowLayout, 'dimension' | 'slots'>): void {
  for (let slot = 0; slot < slots.length; slot++) {
    const from = at + (1 + slot) * dimension
    for (let column = 0; column < dimension; column++) rows[from + column] = slots[slot] ?? 0
  }
}

function drawer({ key, standardDeviation, distribution }: Initialization): (counter: number) => number {
  if (distribution === 'zeros') return () => 0
  if (distribution === 'normal') return (counter) => randomNormal(key, counter) * standardDeviation
  // A uniform distribution on ±a has the standard deviation a/√3.
  return (counter) => (2 * randomUniform(key, counter) - 1) * standardDeviation * Math.sqrt(3)
}
