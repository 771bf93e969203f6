/** Parts the ids of a batch by the shards that their rows lie in. */
import type { Share } from './share.js'
import { ownsRow } from './share.js'
import type { ShardedTable } from './sharded-table.js'

/** The ids of one shard, in their order. */
export interface RoutedIds {
  /** Rows of the shard. */
  readonly rows: Int32Array
  /** Where each stood among the ids that were routed. */
  readonly positions: Int32Array
}

/** Ids from one position to before another. */
export interface IdRange {
  readonly from: number
  readonly to: number
}

export class IdRouter {
  private rows = new Int32Array(0)
  private positions = new Int32Array(0)

  constructor(private readonly table: Pick<ShardedTable, 'shards' | 'rowsPerShard'>) {}

  /** The ids of a range whose rows the share owns, for each shard; views that the next call writes over. */
  route(ids: Int32Array, range: IdRange, share: Share): RoutedIds[] {
    const ends = this.count(ids, range, share)
    const starts = [0, ...ends]
    const length = ends.at(-1) ?? 0
    if (this.rows.length < length) {
      this.rows = new Int32Array(2 * length)
      this.positions = new Int32Array(2 * length)
    }
    this.place(ids, range, { share, next: Int32Array.from(starts) })
    return ends.map((end, index) => ({
      rows: this.rows.subarray(starts[index], end),
      positions: this.positions.subarray(starts[index], end),
    }))
  }

  /** Where the ids of each shard end when those of all stand one after the other. */
  private count(ids: Int32Array, { from, to }: IdRange, share: Share): number[] {
    const { shards, rowsPerShard } = this.table
    const counts = new Int32Array(shards.length)
    for (let i = from; i < to; i++) {
      const id = ids[i] ?? 0
      const index = Math.floor(id / rowsPerShard)
      if (ownsRow(share, id - index * rowsPerShard)) counts[index] = (counts[index] ?? 0) + 1
    }
    let end = 0
    return Array.from(counts, (count) => (end += count))
  }

  private place(ids: Int32Array, { from, to }: IdRange, { share, next }: { share: Share; next: Int32Array }): void {
    const { rowsPerShard } = this.table
    const { rows, positions } = this
    for (let i = from; i < to; i++) {
      const id = ids[i] ?? 0
      const index = Math.floor(id / rowsPerShard)
      const row = id - index * rowsPerShard
      if (!ownsRow(share, row)) continue
      const at = next[index] ?? 0
      next[index] = at + 1
      rows[at] = row
      positions[at] = i
    }
  }
}
