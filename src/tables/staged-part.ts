/**
 * A column of a lookup whose rows lie in other memories. Before a batch is read, the rows of its ids are copied to a staging area beside it,
 * which the lookup takes for the table: kernels, order and rounding are those of rows that lie there.
 */
import type { IdLists } from './id-lists.js'
import { startOf } from './id-lists.js'
import { IdRouter } from './id-router.js'
import type { LookupPart } from './lookup-part.js'
import type { LookupRows, RowRange } from './lookup.js'
import { createMovableRows } from './movable-rows.js'
import { createRowLookup } from './row-lookup.js'
import { wholeShare } from './share.js'
import type { ShardedTable } from './sharded-table.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'

/** A part of a lookup over a table of any number of shards. */
export interface ShardedLookupPart extends Omit<LookupPart, 'table'> {
  readonly table: ShardedTable
}

export interface StagedPart extends ShardedLookupPart {
  /** What the lookup has in the place of this part. */
  readonly staged: LookupPart
  /** Copies the rows that a range of the batch meets; answers the batch with the ids of the staging area beside its own. */
  stage(batch: LookupRows, range: RowRange): LookupRows
}

/** Makes the staging area of a part. It grows with the batches. */
export function createStagedPart(memory: TableMemory, part: ShardedLookupPart): StagedPart {
  const { table, column } = part
  const { dimension } = table
  const area = createMovableRows(memory, dimension)
  const staged: LookupPart = { ...part, table: area, column: `${column}@${table.name}` }
  const router = new IdRouter(table)
  const readers = table.shards.map((shard) => createRowLookup(shard))
  const rowBuffer = createGrowingBuffer(memory)
  const idBuffer = createGrowingBuffer(memory)
  return {
    ...part,
    staged,
    stage(batch, { first, count }) {
      const lists = listsOf(batch, column)
      const range = { from: startOf(lists, first), to: startOf(lists, first + count) }
      area.offset = rowBuffer.reserve(4 * dimension * (range.to - range.from))
      const target = memory.float32(area.offset, dimension * (range.to - range.from))
      const total = startOf(lists, batch.rowCount)
      const ids = memory.int32(idBuffer.reserve(4 * total), total).fill(0)
      let known = 0
      for (const [index, { rows, positions }] of router.route(lists.ids, range, wholeShare).entries()) {
        target.set(readers[index]?.read(rows) ?? [], known * dimension)
        for (let i = 0; i < positions.length; i++) ids[positions[i] ?? 0] = known++
      }
      return { ...batch, ids: { ...batch.ids, [staged.column]: { ...lists, ids } } }
    },
  }
}

/** The ids of a column. */
export function listsOf({ ids }: LookupRows, column: string): IdLists {
  const lists = ids[column]
  if (!lists) throw new Error(`internal: the batch has no ids of column ${column}`)
  return lists
}
