/**
 * A lookup: many columns gathered into one row-major staging matrix, and the way back from its gradient to the rows. Parts may share a
 * table (shared embeddings) and may share a place, where they add up (the wide logit).
 */
import type { IdLists } from './id-lists.js'
import type { BoundPart, LookupPart } from './lookup-part.js'
import { bindPart, loadIds } from './lookup-part.js'
import type { OptimizerStep } from './optimizer.js'
import type { RowUpdate } from './row-update.js'
import { createRowUpdates } from './row-update.js'
import type { Share } from './share.js'
import { wholeShare } from './share.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'

export interface LookupOptions {
  /** Columns of the staging matrix. */
  readonly width: number
  readonly parts: readonly LookupPart[]
  /** Which rows of the tables are updated here. Default: all. */
  readonly share?: Share
  /** Where the gradient of a whole batch lies, that all shares fill and read. Default: it is reserved when it is needed. */
  gradients?(): number
}

/** Some encoded rows: the ids of each column by name. */
export interface LookupRows {
  readonly rowCount: number
  readonly ids: Readonly<Record<string, IdLists>>
}

/** Some rows of a batch. */
export interface RowRange {
  readonly first: number
  readonly count: number
}

export interface Lookup {
  /** Fills the parts' places for a range of the rows (default: all) and returns that matrix, `count × width`; valid until the next call. */
  forward(features: LookupRows, range?: RowRange): Float32Array
  /** The matrix to write the gradient of the rows of the last `forward` to, `count × width`. */
  gradient(): Float32Array
  /** Sums the gradients of the whole batch by id, in the order of its rows: one for each row of a table that the share owns. */
  accumulate(): void
  /** Σ g² over the gradients that were summed. */
  squaredNorm(): number
  /** Updates the rows whose gradients were summed. */
  update(step: OptimizerStep): void
  /** `accumulate` and `update` at once. */
  backward(step: OptimizerStep): void
}

/** Compiles the columns of a lookup. */
export function createLookup(memory: TableMemory, options: LookupOptions): Lookup {
  const { width, parts, share = wholeShare } = options
  const bound = parts.map((part, index) =>
    bindPart(
      memory,
      part,
      parts.slice(0, index).some(({ offset }) => offset === part.offset),
    ),
  )
  let updates: readonly RowUpdate[] | undefined
  const staging = createGrowingBuffer(memory)
  const own = createGrowingBuffer(memory)
  let rowCount = 0
  let range: RowRange = { first: 0, count: 0 }
  const gradients = (): number => options.gradients?.() ?? own.reserve(4 * rowCount * width)
  const accumulate = (): void => {
    // Made at the first use: scoring never pays for it.
    updates ??= createRowUpdates(memory, bound, share)
    for (const one of updates) one.accumulate({ gradient: gradients(), width, rowCount })
  }
  const update = (step: OptimizerStep): void => {
    for (const one of updates ?? []) one.update(step)
  }
  return {
    forward(features, asked) {
      rowCount = features.rowCount
      range = asked ?? { first: 0, count: rowCount }
      const out = staging.reserve(4 * range.count * width)
      for (const part of bound) {
        loadIds(memory, part, features.ids[part.column], rowCount)
        gatherPart(memory, part, { range, out, width })
      }
      return memory.float32(out, range.count * width)
    },
    gradient: () => memory.float32(gradients() + 4 * range.first * width, range.count * width),
    accumulate,
    squaredNorm: () => (updates ?? []).reduce((sum, one) => sum + one.squaredNorm(), 0),
    update,
    backward(step) {
      accumulate()
      update(step)
    },
  }
}

interface Gathering {
  readonly range: RowRange
  readonly out: number
  readonly width: number
}

function gatherPart(memory: TableMemory, part: BoundPart, { range, out, width }: Gathering): void {
  const { kernels } = memory
  const { table, isAdding } = part
  const { ids, offsets, coefficients } = part.current
  const { first, count } = range
  const target = out + 4 * part.offset
  const adding = Number(isAdding)
  if (offsets === 0) {
    const own = coefficients === 0 ? 0 : coefficients + 4 * first
    kernels.gather(table.offset, table.rowFloats, table.dimension, ids + 4 * first, own, count, target, width, adding)
  } else
    kernels.gatherBags(
      table.offset,
      table.rowFloats,
      table.dimension,
      ids,
      offsets + 4 * first,
      coefficients,
      count,
      target,
      width,
      adding,
    )
}
