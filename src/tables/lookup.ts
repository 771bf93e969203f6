/**
 * A lookup: many columns gathered into one row-major staging matrix, and the way back from its gradient to the rows. Parts may share a
 * table (shared embeddings) and may share a place, where they add up (the wide logit).
 */
import type { IdLists, RowCombiner } from './id-lists.js'
import type { OptimizerStep } from './optimizer.js'
import type { Table } from './table.js'
import type { GrowingBuffer, TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'

export interface LookupPart {
  readonly table: Table
  /** Name of the column whose ids are looked up. */
  readonly column: string
  /** First column of the staging matrix that the part writes. */
  readonly offset: number
  readonly combiner: RowCombiner
}

export interface LookupOptions {
  /** Columns of the staging matrix. */
  readonly width: number
  readonly parts: readonly LookupPart[]
}

/** Some encoded rows: the ids of each column by name. */
export interface LookupRows {
  readonly rowCount: number
  readonly ids: Readonly<Record<string, IdLists>>
}

export interface Lookup {
  /** Fills the parts' places and returns the whole matrix, `rowCount × width`; valid until the next call. */
  forward(features: LookupRows): Float32Array
  /** The matrix to write the gradient to, `rowCount × width`. */
  gradient(rowCount: number): Float32Array
  /** Sums the gradients by id: one gradient for each row that the last `forward` read. */
  accumulate(): void
  /** Σ g² over the gradients that were summed. */
  squaredNorm(): number
  /** Updates the rows whose gradients were summed. */
  update(step: OptimizerStep): void
  /** `accumulate` and `update` at once. */
  backward(step: OptimizerStep): void
}

/** A part with its buffers: ids, offsets and coefficients of the batch in WebAssembly memory. */
interface BoundPart extends LookupPart {
  readonly isAdding: boolean
  readonly buffers: {
    readonly ids: GrowingBuffer
    readonly offsets: GrowingBuffer
    readonly weights: GrowingBuffer
    readonly coefficients: GrowingBuffer
  }
  current: { ids: number; offsets: number; coefficients: number }
}

/** What the updates of one table share. */
interface TableUpdate {
  readonly table: Table
  readonly parts: readonly BoundPart[]
  /** One i32 a row: the slot of an id in this batch, −1 otherwise. */
  readonly slots: number
  readonly unique: GrowingBuffer
  readonly sums: GrowingBuffer
  readonly scratch: number
  /** Gradients that were summed and wait for `update`. */
  summed: { met: number; unique: number; sums: number }
}

const combinerCodes: Record<RowCombiner, number> = { sum: 0, mean: 1, sqrtn: 2 }

/** Compiles the columns of a lookup. */
export function createLookup(memory: TableMemory, { width, parts }: LookupOptions): Lookup {
  const bound = parts.map((part, index) =>
    bindPart(
      memory,
      part,
      parts.slice(0, index).some(({ offset }) => offset === part.offset),
    ),
  )
  let updates: TableUpdate[] | undefined
  const staging = createGrowingBuffer(memory)
  const gradients = createGrowingBuffer(memory)
  let rowCount = 0
  const accumulate = (): void => {
    // Made at the first use: scoring never pays for it.
    updates ??= tableUpdates(memory, bound)
    const gradient = gradients.reserve(4 * rowCount * width)
    for (const one of updates) sumGradients(memory, one, { gradient, width, rowCount })
  }
  const update = (step: OptimizerStep): void => {
    for (const one of updates ?? []) updateTable(memory, one, step)
  }
  return {
    forward(features) {
      rowCount = features.rowCount
      const out = staging.reserve(4 * rowCount * width)
      for (const part of bound) gatherPart(memory, part, { jagged: features.ids[part.column], rowCount, out, width })
      return memory.float32(out, rowCount * width)
    },
    gradient: (rows) => memory.float32(gradients.reserve(4 * rows * width), rows * width),
    accumulate,
    squaredNorm: () => (updates ?? []).reduce((sum, one) => sum + squaredNorm(memory, one), 0),
    update,
    backward(step) {
      accumulate()
      update(step)
    },
  }
}

function bindPart(memory: TableMemory, part: LookupPart, isAdding: boolean): BoundPart {
  const buffer = (): GrowingBuffer => createGrowingBuffer(memory)
  const buffers = { ids: buffer(), offsets: buffer(), weights: buffer(), coefficients: buffer() }
  return { ...part, isAdding, buffers, current: { ids: 0, offsets: 0, coefficients: 0 } }
}

interface Gathering {
  readonly jagged: IdLists | undefined
  readonly rowCount: number
  readonly out: number
  readonly width: number
}

function gatherPart(memory: TableMemory, part: BoundPart, { jagged, rowCount, out, width }: Gathering): void {
  if (!jagged) throw new Error(`internal: the batch has no ids of column ${part.column}`)
  const { kernels } = memory
  const { table, isAdding } = part
  loadIds(memory, part, jagged, rowCount)
  const { ids, offsets, coefficients } = part.current
  const target = out + 4 * part.offset
  const adding = Number(isAdding)
  if (offsets === 0)
    kernels.gather(table.offset, table.rowFloats, table.dimension, ids, coefficients, rowCount, target, width, adding)
  else
    kernels.gatherBags(
      table.offset,
      table.rowFloats,
      table.dimension,
      ids,
      offsets,
      coefficients,
      rowCount,
      target,
      width,
      adding,
    )
}

/** Copies the batch's ids into WebAssembly memory and computes what each of them counts. */
function loadIds(memory: TableMemory, part: BoundPart, { ids, offsets, weights }: IdLists, rowCount: number): void {
  const { buffers, current } = part
  current.ids = buffers.ids.reserve(4 * ids.length)
  memory.int32(current.ids, ids.length).set(ids)
  current.offsets = offsets ? buffers.offsets.reserve(4 * (rowCount + 1)) : 0
  current.coefficients = 0
  if (offsets) memory.int32(current.offsets, rowCount + 1).set(offsets.subarray(0, rowCount + 1))
  // One unweighted id a row counts 1 whatever the combiner.
  else if (!weights) return
  const given = weights ? buffers.weights.reserve(4 * ids.length) : 0
  if (weights) memory.float32(given, ids.length).set(weights)
  current.coefficients = buffers.coefficients.reserve(4 * ids.length)
  memory.kernels.bagCoefficients(current.offsets, given, rowCount, combinerCodes[part.combiner], current.coefficients)
}

function tableUpdates(memory: TableMemory, parts: readonly BoundPart[]): TableUpdate[] {
  return [...new Set(parts.map(({ table }) => table))].map((table) => {
    const slots = memory.allocate(4 * table.rowCount)
    memory.int32(slots, table.rowCount).fill(-1)
    return {
      table,
      parts: parts.filter((part) => part.table === table),
      slots,
      unique: createGrowingBuffer(memory),
      sums: createGrowingBuffer(memory),
      scratch: memory.allocate(4 * table.dimension),
      summed: { met: 0, unique: 0, sums: 0 },
    }
  })
}

interface Summing {
  readonly gradient: number
  readonly width: number
  readonly rowCount: number
}

function sumGradients(memory: TableMemory, update: TableUpdate, { gradient, width, rowCount }: Summing): void {
  const { kernels } = memory
  const { table, slots, parts } = update
  const { dimension } = table
  const count = ({ current }: BoundPart): number =>
    current.offsets === 0 ? rowCount : (memory.int32(current.offsets, rowCount + 1)[rowCount] ?? 0)
  const most = Math.min(
    table.rowCount,
    parts.reduce((sum, part) => sum + count(part), 0),
  )
  const unique = update.unique.reserve(4 * most)
  const sums = update.sums.reserve(4 * most * dimension)
  let met = 0
  for (const part of parts) {
    const { ids, offsets, coefficients } = part.current
    met = kernels.accumulate(
      slots,
      unique,
      met,
      ids,
      offsets,
      coefficients,
      rowCount,
      gradient + 4 * part.offset,
      width,
      dimension,
      sums,
    )
  }
  update.summed = { met, unique, sums }
}

const squaredNorm = ({ kernels }: TableMemory, { table, summed }: TableUpdate): number =>
  kernels.sumOfSquares(summed.sums, summed.met * table.dimension)

function updateTable({ kernels }: TableMemory, update: TableUpdate, step: OptimizerStep): void {
  const { table, slots } = update
  const { met, unique, sums } = update.summed
  const { optimizer, offset, rowFloats, dimension, l2, l1, maxNorm } = table
  if (!optimizer) throw new Error(`internal: table ${table.name} was opened for scoring`)
  const { gradientScale = 1 } = step
  if (gradientScale !== 1) kernels.scale(sums, met * dimension, gradientScale)
  optimizer.prepare(step)
  const isEvery = table.regularization === 'everyStep' && (l2 > 0 || l1 > 0)
  if (isEvery) {
    kernels.updateEvery(
      optimizer.index,
      offset,
      rowFloats,
      dimension,
      table.rowCount,
      slots,
      sums,
      update.scratch,
      l2,
      l1,
      optimizer.hyperparameters,
    )
  } else {
    kernels.updateTouched(
      optimizer.index,
      offset,
      rowFloats,
      dimension,
      slots,
      unique,
      met,
      sums,
      l2,
      l1,
      optimizer.hyperparameters,
    )
  }
  // A penalty at every step moves all rows, so all may have grown.
  if (maxNorm > 0)
    kernels.limitNorms(offset, rowFloats, dimension, isEvery ? 0 : unique, isEvery ? table.rowCount : met, maxNorm)
}
