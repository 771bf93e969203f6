/**
 * The way back of a lookup for one table: the gradients of an id are summed over the batch, then its row is updated once. Threads
 * that share a table each do so for the rows that they own, so that no row waits for another thread and every sum has one order.
 */
import type { BoundPart } from './lookup-part.js'
import type { BoundOptimizer, OptimizerStep } from './optimizer.js'
import type { Share } from './share.js'
import type { Table } from './table.js'
import type { GrowingBuffer, TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'

/** The gradient of a whole batch, `rowCount × width`, at `gradient`. */
export interface BatchGradient {
  readonly gradient: number
  readonly width: number
  readonly rowCount: number
}

export interface RowUpdate {
  accumulate(batch: BatchGradient): void
  squaredNorm(): number
  update(step: OptimizerStep): void
}

/** One update for each table among the parts that has an optimizer. */
export function createRowUpdates(memory: TableMemory, parts: readonly BoundPart[], share: Share): readonly RowUpdate[] {
  const tables = new Set(parts.flatMap(({ table }) => (table.optimizer ? [table] : [])))
  return [...tables].map((table, index) => {
    const shared: SharedRows = {
      table,
      parts: parts.filter((part) => part.table === table),
      // Frequent ids come first in every table: their owner changes from one to the next.
      owner: (share.index + index) % share.count,
      owners: share.count,
      unique: createGrowingBuffer(memory),
      sums: createGrowingBuffer(memory),
      scratch: memory.allocate(4 * table.dimension),
      summed: { met: 0, unique: 0, sums: 0 },
    }
    return {
      accumulate: (batch) => {
        sumGradients(memory, shared, batch)
      },
      squaredNorm: () => memory.kernels.sumOfSquares(shared.summed.sums, shared.summed.met * table.dimension),
      update: (step) => {
        updateRows(memory, shared, step)
      },
    }
  })
}

/** What the update of one table works with. */
interface SharedRows {
  readonly table: Table
  readonly parts: readonly BoundPart[]
  readonly owner: number
  readonly owners: number
  readonly unique: GrowingBuffer
  readonly sums: GrowingBuffer
  readonly scratch: number
  /** Gradients that were summed and wait for `update`. */
  summed: { met: number; unique: number; sums: number }
}

function sumGradients(memory: TableMemory, rows: SharedRows, { gradient, width, rowCount }: BatchGradient): void {
  const { table, parts, owner, owners } = rows
  const { dimension } = table
  const count = ({ current }: BoundPart): number =>
    current.offsets === 0 ? rowCount : (memory.int32(current.offsets, rowCount + 1)[rowCount] ?? 0)
  const most = Math.min(
    table.rowCount,
    parts.reduce((sum, part) => sum + count(part), 0),
  )
  const unique = rows.unique.reserve(4 * most)
  const sums = rows.sums.reserve(4 * most * dimension)
  const slots = table.slots()
  let met = 0
  for (const part of parts) {
    const { ids, offsets, coefficients } = part.current
    met = memory.kernels.accumulate(
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
      owner,
      owners,
    )
  }
  rows.summed = { met, unique, sums }
}

function updateRows(memory: TableMemory, rows: SharedRows, step: OptimizerStep): void {
  const { kernels } = memory
  const { table, owner, owners } = rows
  const { met, unique, sums } = rows.summed
  const { optimizer, offset, rowFloats, dimension, l2, l1, maxNorm } = table
  if (!optimizer) throw new Error(`internal: table ${table.name} was opened for scoring`)
  const { gradientScale = 1 } = step
  if (gradientScale !== 1) kernels.scale(sums, met * dimension, gradientScale)
  optimizer.prepare(step)
  const isEvery = table.regularization === 'everyStep' && (l2 > 0 || l1 > 0)
  if (isEvery) updateEvery(memory, rows, optimizer)
  else {
    kernels.updateTouched(
      optimizer.index,
      offset,
      rowFloats,
      dimension,
      table.slots(),
      unique,
      met,
      sums,
      l2,
      l1,
      optimizer.hyperparameters,
    )
  }
  if (maxNorm === 0) return
  // A penalty at every step moves all rows, so all may have grown.
  const [ids, count] = isEvery ? [0, table.rowCount] : [unique, met]
  kernels.limitNorms(offset, rowFloats, dimension, ids, count, maxNorm, owner, owners)
}

function updateEvery(memory: TableMemory, rows: SharedRows, optimizer: BoundOptimizer): void {
  const { table, summed, scratch, owner, owners } = rows
  memory.kernels.updateEvery(
    optimizer.index,
    table.offset,
    table.rowFloats,
    table.dimension,
    table.rowCount,
    table.slots(),
    summed.sums,
    scratch,
    table.l2,
    table.l1,
    optimizer.hyperparameters,
    owner,
    owners,
  )
}
