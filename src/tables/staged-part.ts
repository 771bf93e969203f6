/**
 * A column of a lookup whose rows lie in other memories. The row of each id of a batch is copied to a staging area beside the batch, which
 * the lookup reads as a table of its own: kernels, order and rounding are those of rows that lie there.
 */
import type { IdLists } from './id-lists.js'
import type { LookupPart } from './lookup-part.js'
import { bindPart, loadIds } from './lookup-part.js'
import type { LookupRows, RowRange } from './lookup.js'
import type { ShardedTable } from './sharded-table.js'
import { createTable } from './table.js'
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
  /** Visits the ids of the whole batch in their order. */
  eachId(visit: IdVisitor): void
}

/** Is given an id, its row in the batch and what it counts there. */
export type IdVisitor = (id: number, row: number, coefficient: number) => void

/** Makes the staging area of a part. It grows with the batches. */
export function createStagedPart(memory: TableMemory, part: ShardedLookupPart): StagedPart {
  const { table, column } = part
  const { name, dimension } = table
  const area = { ...createTable(memory, { name, rowCount: 0, dimension, optimizer: null }), offset: 0 }
  const staged: LookupPart = { ...part, table: area, column: `${column}@${name}` }
  const bound = bindPart(memory, staged, false)
  const rows = createGrowingBuffer(memory)
  const numbers = createNumbers(memory)
  let batch: LookupRows = { rowCount: 0, ids: {} }
  return {
    ...part,
    staged,
    stage(given, { first, count }) {
      batch = given
      const lists = listsOf(batch, column)
      const total = startOf(lists, batch.rowCount)
      area.offset = rows.reserve(4 * area.rowFloats * total)
      const target = memory.float32(area.offset, area.rowFloats * total)
      copyRows(table, lists.ids, { target, from: startOf(lists, first), to: startOf(lists, first + count) })
      return { ...batch, ids: { ...batch.ids, [staged.column]: { ...lists, ids: numbers(total) } } }
    },
    eachId(visit) {
      const { ids, offsets } = listsOf(batch, column)
      loadIds(memory, bound, listsOf(batch, column), batch.rowCount)
      const { coefficients } = bound.current
      const counts = coefficients === 0 ? null : memory.float32(coefficients, ids.length)
      for (let row = 0; row < batch.rowCount; row++) {
        const end = offsets?.[row + 1] ?? row + 1
        for (let i = offsets?.[row] ?? row; i < end; i++) visit(ids[i] ?? 0, row, counts?.[i] ?? 1)
      }
    },
  }
}

function listsOf({ ids }: LookupRows, column: string): IdLists {
  const lists = ids[column]
  if (!lists) throw new Error(`internal: the batch has no ids of column ${column}`)
  return lists
}

/** Where the ids of a row begin. */
const startOf = ({ offsets }: IdLists, row: number): number => (offsets ? (offsets[row] ?? 0) : row)

interface CopyTarget {
  /** A row for each id of the batch. */
  readonly target: Float32Array
  /** The ids whose rows are copied. */
  readonly from: number
  readonly to: number
}

function copyRows(
  { shards, rowsPerShard, dimension }: ShardedTable,
  ids: Int32Array,
  { target, from, to }: CopyTarget,
): void {
  const stride = Math.ceil(dimension / 4) * 4
  for (let i = from; i < to; i++) {
    const id = ids[i] ?? 0
    const index = Math.floor(id / rowsPerShard)
    const shard = shards[index]
    if (!shard) continue
    const source = shard.rows
    const start = (id - index * rowsPerShard) * shard.rowFloats
    const at = i * stride
    for (let column = 0; column < dimension; column++) target[at + column] = source[start + column] ?? 0
  }
}

/** The numbers 0, 1, 2 … in a memory, as many as are asked for. */
function createNumbers(memory: TableMemory): (count: number) => Int32Array {
  const buffer = createGrowingBuffer(memory)
  let known = 0
  return (count) => {
    const numbers = memory.int32(buffer.reserve(4 * count), count)
    for (; known < count; known++) numbers[known] = known
    return numbers
  }
}
