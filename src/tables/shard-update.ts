/**
 * The way back to a table in other memories. The gradients of the ids are copied to the memory of their rows, by the share that owns those, and
 * summed and applied there in the order of the batch.
 */
import { startOf } from './id-lists.js'
import { IdRouter } from './id-router.js'
import type { BoundPart } from './lookup-part.js'
import { bindPart, combinerCodes, loadIds } from './lookup-part.js'
import type { LookupRows } from './lookup.js'
import { createMovableRows } from './movable-rows.js'
import type { RowLookup } from './row-lookup.js'
import { createRowLookup } from './row-lookup.js'
import type { BatchGradient, RowUpdate } from './row-update.js'
import type { Share } from './share.js'
import type { ShardedTable } from './sharded-table.js'
import type { StagedPart } from './staged-part.js'
import { listsOf } from './staged-part.js'
import type { Table } from './table.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'
import { createTouchedRows, termBytes, termCount } from './touched-rows.js'

export interface ShardUpdateOptions {
  readonly table: ShardedTable
  /** All parts of the lookup that read the table. */
  readonly parts: readonly StagedPart[]
  readonly share: Share
  /** The batch of the last `forward`. */
  batch(): LookupRows
}

export interface ShardUpdate extends RowUpdate {
  /** Says that another batch has come. */
  renew(): void
}

/** Makes the update of a table. */
export function createShardUpdate(
  memory: TableMemory,
  { table, parts, share, batch }: ShardUpdateOptions,
): ShardUpdate {
  const shards = table.shards.map((shard) => createShardGradients(shard, share))
  const sources = parts.map((part) => createPartGradients(memory, part, share))
  let isRouted = false
  const route = (gradient: BatchGradient): void => {
    if (isRouted) return
    isRouted = true
    const routed = sources.map((source) => source.route(batch(), gradient))
    for (const [index, shard] of shards.entries()) shard.take(routed.flatMap((part) => part[index] ?? []))
  }
  return {
    renew() {
      isRouted = false
    },
    squaredNorm(gradient) {
      route(gradient)
      return shards.reduce((sum, { lookup }) => sum + lookup.squaredNorm(), 0)
    },
    update(step, gradient) {
      route(gradient)
      for (const { lookup } of shards) lookup.update(step)
    },
  }
}

/** Gradients of some rows of a shard. */
interface RowGradients {
  readonly rows: Int32Array
  /** Copies them, `rows.length × dimension`; valid until the next call. */
  read(): Float32Array
}

/** The gradients of one part, parted by shard. */
function createPartGradients(memory: TableMemory, part: StagedPart, share: Share) {
  const { table, column } = part
  const router = new IdRouter(table)
  const bound = bindPart(memory, part.staged, false)
  const readFactors = createFactorReader(memory, bound)
  // The gradient of a batch has a row for each of its rows.
  const gradients = createMovableRows(memory, table.dimension)
  const lookup = createRowLookup(gradients)
  return {
    route(batch: LookupRows, { gradient, width }: BatchGradient): RowGradients[] {
      gradients.offset = gradient + 4 * part.offset
      gradients.rowFloats = width
      const { rowCount } = batch
      const lists = listsOf(batch, column)
      loadIds(memory, bound, lists, rowCount)
      const rowOf = rowsOfIds(lists.offsets, rowCount)
      const factors = readFactors(rowOf)
      const all = { from: 0, to: startOf(lists, rowCount) }
      return router.route(lists.ids, all, share).map(({ rows, positions }) => ({
        rows,
        read: () =>
          lookup.read(
            rowOf ? picked(rowOf, positions, new Int32Array(positions.length)) : positions,
            factors && picked(factors, positions, new Float32Array(positions.length)),
          ),
      }))
    },
  }
}

/** A reader of what each id of a batch counts in the gradient of its row, `null` where all count 1: the kernels' own terms. */
function createFactorReader(memory: TableMemory, part: BoundPart) {
  const buffer = createGrowingBuffer(memory)
  return (rowOf: Int32Array | null): Float32Array | null => {
    const { offsets, weights, rowCount, idCount } = part.current
    if (weights === 0 && (!rowOf || part.combiner === 'sum')) return null
    const count = termCount(part.current)
    const place = buffer.reserve(termBytes * count)
    memory.kernels.writeTerms(offsets, weights, rowCount, combinerCodes[part.combiner], 0, 0, place)
    // A term is the place of a gradient, then what it counts.
    const terms = memory.float32(place, 2 * count)
    const factors = new Float32Array(idCount)
    for (let id = 0; id < idCount; id++) factors[id] = terms[2 * (weights === 0 ? (rowOf?.[id] ?? 0) : id) + 1] ?? 0
    return factors
  }
}

/** The row of the batch that each id of lists is in. */
function rowsOfIds(offsets: Int32Array | null, rowCount: number): Int32Array | null {
  if (!offsets) return null
  const rows = new Int32Array(offsets[rowCount] ?? 0)
  for (let row = 0; row < rowCount; row++) rows.fill(row, offsets[row], offsets[row + 1])
  return rows
}

/** The values at some positions; a loop, as `from` and `map` cost several times as much. */
function picked<A extends Int32Array | Float32Array>(values: A, positions: Int32Array, target: A): A {
  for (let i = 0; i < positions.length; i++) target[i] = values[positions[i] ?? 0] ?? 0
  return target
}

/** Takes gradients to the memory of a shard, where its lookup sums and applies them. */
function createShardGradients(
  table: Table,
  share: Share,
): { lookup: RowLookup; take(parts: readonly RowGradients[]): void } {
  const { memory, dimension } = table
  const buffer = createGrowingBuffer(memory)
  let place = 0
  const lookup = createRowLookup(table, { touched: createTouchedRows(memory, share), gradients: () => place })
  return {
    lookup,
    take(parts) {
      const count = parts.reduce((sum, { rows }) => sum + rows.length, 0)
      const all = new Int32Array(count)
      place = buffer.reserve(4 * count * dimension)
      const gradients = memory.float32(place, count * dimension)
      let known = 0
      for (const { rows, read } of parts) {
        all.set(rows, known)
        gradients.set(read(), known * dimension)
        known += rows.length
      }
      lookup.expect(all)
    },
  }
}
