/** A table of any size: its rows lie in shards, each of them a table in one memory. Where all tables of a model fit in one, each has one shard. */
import type { Initialization, Table, TableOptions } from './table.js'
import { createTable, rowFloatsOf } from './table.js'
import type { RowsPlace, TableMemories } from './table-memories.js'

export interface ShardedTableOptions extends Omit<TableOptions, 'offset' | 'firstRow'> {
  /** Where the shards lie, in memories that another thread has filled. Default: rows of zeros are reserved. */
  readonly places?: readonly ShardPlace[]
}

/** The rows of a shard: their memory, and where they lie there once they are reserved. */
export type ShardPlace = RowsPlace & Pick<TableOptions, 'offset'>

export interface ShardedTable {
  readonly name: string
  readonly rowCount: number
  readonly dimension: number
  /** In the order of their rows. */
  readonly shards: readonly Table[]
  /** Rows of each shard; the last may have fewer. */
  readonly rowsPerShard: number
  /** What another thread opens the same table with: plain data. */
  place(): ShardedTableOptions
  /** Sets weights by (key, row, column) alone and slots to their initial values. */
  initialize(initialization: Initialization): void
  /** A row with its state: a view of the live memory. */
  row(index: number): Float32Array
  /** Weights of rows `[first, first + count)` without state, `count × dimension`. */
  readWeights(first: number, count: number): Float32Array
  /** The inverse of `readWeights`; state is left alone. */
  writeWeights(first: number, weights: Float32Array): void
  /** Forgets the optimizer's state of a row; its weights stand. */
  restartRow(row: number): void
  /** Forgets a part of what the optimizer's state has summed up over all steps, `memory` of it stays; all weights stand. */
  fade(memory: number): void
}

/** Some rows of a shard, and where they begin among weights of several shards. */
interface RowsOfShard {
  readonly shard: Table
  readonly first: number
  readonly count: number
  readonly at: number
}

/** Makes a table of zeros in as few memories as it fits in, or opens one. */
export function createShardedTable(memories: TableMemories, options: ShardedTableOptions): ShardedTable {
  const { places: given, ...whole } = options
  const { name, rowCount, dimension } = whole
  const places: readonly ShardPlace[] = given ?? memories.divide(rowCount, 4 * rowFloatsOf(whole))
  const rowsPerShard = places[0]?.rowCount ?? 0
  const shards = places.map(({ memory, ...rows }, index) =>
    createTable(memories.at(memory), { ...whole, ...rows, firstRow: index * rowsPerShard }),
  )
  const shardOf = (row: number): Table => {
    const shard = shards[Math.floor(row / rowsPerShard)]
    if (!shard) throw new Error(`internal: table ${name} has no row ${String(row)}`)
    return shard
  }
  function* rangesOf(first: number, count: number): Iterable<RowsOfShard> {
    for (let done = 0; done < count;) {
      const shard = shardOf(first + done)
      const local = (first + done) % rowsPerShard
      const rows = Math.min(count - done, shard.rowCount - local)
      yield { shard, first: local, count: rows, at: done * dimension }
      done += rows
    }
  }
  return {
    name,
    rowCount,
    dimension,
    shards,
    rowsPerShard,
    place: () => ({ ...whole, places: shards.map((shard) => placeOf(memories, shard)) }),
    initialize(initialization) {
      for (const shard of shards) shard.initialize(initialization)
    },
    row(index) {
      const { rows, rowFloats } = shardOf(index)
      const at = (index % rowsPerShard) * rowFloats
      return rows.subarray(at, at + rowFloats)
    },
    readWeights(first, count) {
      const weights = new Float32Array(count * dimension)
      for (const { shard, ...range } of rangesOf(first, count))
        weights.set(shard.readWeights(range.first, range.count), range.at)
      return weights
    },
    writeWeights(first, weights) {
      for (const { shard, ...range } of rangesOf(first, weights.length / dimension))
        shard.writeWeights(range.first, weights.subarray(range.at, range.at + range.count * dimension))
    },
    restartRow(row) {
      shardOf(row).restartRow(row % rowsPerShard)
    },
    fade(memory) {
      for (const shard of shards) shard.fade(memory)
    },
  }
}

function placeOf({ all }: TableMemories, shard: Table): ShardPlace {
  const { rowCount, offset } = shard.place()
  return { memory: all.indexOf(shard.memory), rowCount, offset }
}
