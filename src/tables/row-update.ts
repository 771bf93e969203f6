/**
 * The way back of a lookup for one table: the gradients of a row are summed over the batch, then it is updated once. Threads that
 * share a table each do so for the rows that they own, so that no row waits for another thread and every sum has one order.
 */
import type { Kernels } from './kernels.js'
import type { UpdatedPart } from './lookup-part.js'
import { combinerCodes } from './lookup-part.js'
import type { OptimizerStep } from './optimizer.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'
import type { TouchedRows } from './touched-rows.js'
import { termBytes, termCount } from './touched-rows.js'

/** The gradient of a whole batch at `gradient`, `width` floats a row. */
export interface BatchGradient {
  readonly gradient: number
  readonly width: number
}

export interface RowUpdate {
  /** Σ g² over the rows of the owner, the gradients of each summed first. */
  squaredNorm(batch: BatchGradient): number
  update(step: OptimizerStep, batch: BatchGradient): void
}

/** One update for each table among the parts that has an optimizer. */
export function createRowUpdates(
  memory: TableMemory,
  parts: readonly UpdatedPart[],
  touched: TouchedRows,
): readonly RowUpdate[] {
  const writeTerms = createTermWriter(memory)
  const { kernels } = memory
  return [...new Set(parts.map(({ table }) => table))].flatMap((table) => {
    const { offset, rowFloats, dimension, l2, l1, maxNorm, optimizer } = table
    if (!optimizer) return []
    const own = parts.filter((part) => part.table === table)
    const touches = touched.of(own)
    const start = 4 * startOf(own)
    // At least what rows of one weight take, four at a time.
    const sums = memory.allocate(Math.max(4 * dimension, 112))
    const isEvery = table.regularization === 'everyStep' && (l2 > 0 || l1 > 0)
    // The latter has no use for the last three numbers.
    const updateRows: Kernels['updateEvery'] = isEvery ? kernels.updateEvery : kernels.updateTouched
    return {
      squaredNorm(batch) {
        const { place, count } = touches.find()
        return kernels.squaredNorm(place, count, writeTerms(own, batch), batch.gradient + start, dimension, sums)
      },
      update(step, batch) {
        optimizer.prepare(step)
        const { place, count } = touches.find()
        updateRows(
          optimizer.index,
          optimizer.hyperparameters,
          offset,
          rowFloats,
          dimension,
          l2,
          l1,
          maxNorm,
          place,
          count,
          writeTerms(own, batch),
          batch.gradient + start,
          step.gradientScale ?? 1,
          sums,
          table.rowCount,
          touches.owner,
          touches.owners,
        )
      },
    }
  })
}

/**
 * A writer of the terms of one table after the other to one place: what the touches of its rows point to, gradients counted from where that of the first part
 * lies. The terms of a column with one id a row are the same for every table.
 */
function createTermWriter(memory: TableMemory): (parts: readonly UpdatedPart[], batch: BatchGradient) => number {
  const buffer = createGrowingBuffer(memory)
  let plainRows = 0
  return (parts, { width }) => {
    const terms = buffer.reserve(termBytes * parts.reduce((sum, { current }) => sum + termCount(current), 0))
    const isPlain = parts.length === 1 && parts.every(({ current }) => current.offsets === 0 && current.weights === 0)
    const rowCount = isPlain ? (parts[0]?.current.rowCount ?? 0) : 0
    if (isPlain && plainRows === rowCount) return terms
    plainRows = rowCount
    let next = terms
    for (const { current, combiner, offset } of parts) {
      const { offsets, weights, rowCount } = current
      const first = offset - startOf(parts)
      memory.kernels.writeTerms(offsets, weights, rowCount, combinerCodes[combiner], first, width, next)
      next += termBytes * termCount(current)
    }
    return terms
  }
}

/** The column of the gradient that terms count from. */
const startOf = (parts: readonly UpdatedPart[]): number => parts[0]?.offset ?? 0
