/** A lookup over tables of any number of shards: what lies in the memory of the batch is read and updated there, the rest is copied there and back. */
import type { Lookup, LookupOptions, LookupRows } from './lookup.js'
import { createLookup } from './lookup.js'
import type { LookupPart } from './lookup-part.js'
import type { BatchGradient } from './row-update.js'
import type { ShardUpdate } from './shard-update.js'
import { createShardUpdate } from './shard-update.js'
import type { Share } from './share.js'
import { wholeShare } from './share.js'
import type { ShardedLookupPart, StagedPart } from './staged-part.js'
import { createStagedPart } from './staged-part.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'
import { createTouchedRows } from './touched-rows.js'

export interface ShardedLookupOptions extends Omit<LookupOptions, 'parts'> {
  readonly parts: readonly ShardedLookupPart[]
}

/** Compiles the columns of a lookup; the batch lies in `memory`. */
export function createShardedLookup(memory: TableMemory, options: ShardedLookupOptions): Lookup {
  const { width, touched = createTouchedRows(memory, wholeShare) } = options
  const staged: StagedPart[] = []
  const parts = options.parts.map((part): LookupPart => {
    const [only, ...others] = part.table.shards
    if (only?.memory === memory && others.length === 0) return { ...part, table: only }
    const own = createStagedPart(memory, part)
    staged.push(own)
    return own.staged
  })
  let batch: LookupRows = { rowCount: 0, ids: {} }
  const own = createGrowingBuffer(memory)
  const gradients = (): number => options.gradients?.() ?? own.reserve(4 * batch.rowCount * width)
  const lookup = createLookup(memory, { width, parts, touched, gradients })
  let updates: readonly ShardUpdate[] | undefined
  // Made at the first use: scoring never pays for it.
  const shardUpdates = (): readonly ShardUpdate[] =>
    (updates ??= createShardUpdates(memory, { staged, share: touched.share, batch: () => batch }))
  const given = (): BatchGradient => ({ gradient: gradients(), width })
  return {
    ...lookup,
    forward(features, range = { first: 0, count: features.rowCount }) {
      batch = features
      for (const one of updates ?? []) one.renew()
      const rows = staged.reduce<LookupRows>((known, one) => one.stage(known, range), batch)
      return lookup.forward(rows, range)
    },
    squaredNorm: () => shardUpdates().reduce((sum, one) => sum + one.squaredNorm(given()), lookup.squaredNorm()),
    update(step) {
      lookup.update(step)
      for (const one of shardUpdates()) one.update(step, given())
    },
  }
}

interface Updating {
  readonly staged: readonly StagedPart[]
  readonly share: Share
  batch(): LookupRows
}

/** One update for each table among the parts. */
function createShardUpdates(memory: TableMemory, { staged, share, batch }: Updating): ShardUpdate[] {
  return [...new Set(staged.map(({ table }) => table))].map((table, place) =>
    createShardUpdate(memory, {
      table,
      parts: staged.filter((part) => part.table === table),
      // Frequent ids come first in every table: their owner changes from one to the next.
      share: { ...share, index: (share.index + place) % share.count },
      batch,
    }),
  )
}
