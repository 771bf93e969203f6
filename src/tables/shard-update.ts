/**
 * The way back to a table in other memories: the gradient of each id is copied to the memory of its row by the share that owns the row, and
 * summed and applied there, in the order of the batch.
 */
import type { Lookup } from './lookup.js'
import { createLookup } from './lookup.js'
import type { RowUpdate } from './row-update.js'
import type { Share } from './share.js'
import { ownsRow } from './share.js'
import type { ShardedTable } from './sharded-table.js'
import type { StagedPart } from './staged-part.js'
import type { Table } from './table.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'

/** Makes the update of a table from the gradients of all its parts. */
export function createShardUpdate(
  memory: TableMemory,
  { table, parts, share }: { table: ShardedTable; parts: readonly StagedPart[]; share: Share },
): RowUpdate {
  const { rowsPerShard } = table
  const shards = table.shards.map((shard) => new ShardGradients(shard, share))
  const eachOwned = (part: StagedPart, visit: OwnedVisitor): void => {
    part.eachId((id, row, coefficient) => {
      const index = Math.floor(id / rowsPerShard)
      const local = id - index * rowsPerShard
      const shard = shards[index]
      if (shard && ownsRow(share, local)) visit(shard, local, row, coefficient)
    })
  }
  return {
    accumulate({ gradient, width, rowCount }) {
      const gradients = memory.float32(gradient, rowCount * width)
      for (const shard of shards) shard.begin()
      for (const part of parts) eachOwned(part, (shard) => shard.expect())
      for (const shard of shards) shard.reserve()
      for (const part of parts) {
        eachOwned(part, (shard, local, row, coefficient) => {
          shard.add(local, gradients, row * width + part.offset, coefficient)
        })
      }
      for (const shard of shards) shard.accumulate()
    },
    squaredNorm: () => shards.reduce((sum, shard) => sum + shard.lookup.squaredNorm(), 0),
    update(step) {
      for (const shard of shards) shard.lookup.update(step)
    },
  }
}

type OwnedVisitor = (shard: ShardGradients, local: number, row: number, coefficient: number) => void

const idColumn = 'id'

/** Gradients of one batch on their way to the rows of a shard: first counted, then copied. */
class ShardGradients {
  /** Of one id a row; it updates and never gathers. */
  readonly lookup: Lookup
  private readonly idBuffer
  private readonly gradientBuffer
  private expected = 0
  private added = 0
  private ids: Int32Array = new Int32Array(0)
  private gradients: Float32Array = new Float32Array(0)

  constructor(
    private readonly table: Table,
    share: Share,
  ) {
    const { memory, dimension } = table
    this.idBuffer = createGrowingBuffer(memory)
    this.gradientBuffer = createGrowingBuffer(memory)
    this.lookup = createLookup(memory, {
      width: dimension,
      parts: [{ table, column: idColumn, offset: 0, combiner: 'sum' }],
      share,
      gradients: () => this.gradients.byteOffset,
    })
  }

  begin(): void {
    this.expected = 0
    this.added = 0
  }

  expect(): void {
    this.expected++
  }

  reserve(): void {
    const { memory, dimension } = this.table
    this.ids = memory.int32(this.idBuffer.reserve(4 * this.expected), this.expected)
    const floats = this.expected * dimension
    this.gradients = memory.float32(this.gradientBuffer.reserve(4 * floats), floats)
  }

  add(id: number, source: Float32Array, start: number, coefficient: number): void {
    const { dimension } = this.table
    const at = this.added * dimension
    this.ids[this.added++] = id
    for (let column = 0; column < dimension; column++)
      this.gradients[at + column] = (source[start + column] ?? 0) * coefficient
  }

  accumulate(): void {
    const ids = { [idColumn]: { ids: this.ids, offsets: null, weights: null } }
    this.lookup.forward({ rowCount: this.expected, ids }, { first: 0, count: 0 })
    this.lookup.accumulate()
  }
}
