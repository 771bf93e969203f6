/**
 * A lookup: many columns gathered into one row-major staging matrix, and the way back from its gradient to the rows. Parts may share a
 * table (shared embeddings) and may share a place, where they add up (the wide logit).
 */
import type { IdLists } from './id-lists.js'
import type { BoundPart, LookupPart } from './lookup-part.js'
import { bindPart, combinerCodes, loadIds } from './lookup-part.js'
import type { OptimizerStep } from './optimizer.js'
import type { BatchGradient, RowUpdate } from './row-update.js'
import { createRowUpdates } from './row-update.js'
import { wholeShare } from './share.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'
import type { TouchedRows } from './touched-rows.js'
import { createTouchedRows } from './touched-rows.js'

export interface LookupOptions {
  /** Columns of the staging matrix. */
  readonly width: number
  readonly parts: readonly LookupPart[]
  /** The rows of the tables that are updated here, which lookups of the same batches may share. Default: its own, all rows. */
  readonly touched?: TouchedRows
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
  /** Σ g² over the rows of the tables that are updated here, the gradients of the whole batch summed for each. */
  squaredNorm(): number
  /** Updates those rows by the gradients of the whole batch, summed in the order of its rows. */
  update(step: OptimizerStep): void
}

/** Compiles the columns of a lookup. */
export function createLookup(memory: TableMemory, options: LookupOptions): Lookup {
  const { width, parts, touched = createTouchedRows(memory, wholeShare) } = options
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
  const [outputs, ownGradients] = [memory.createView(), memory.createView()]
  let rowCount = 0
  let range: RowRange = { first: 0, count: 0 }
  const gradients = (): number => options.gradients?.() ?? own.reserve(4 * rowCount * width)
  // Made at the first use: scoring never pays for it.
  const rowUpdates = (): readonly RowUpdate[] => (updates ??= createRowUpdates(memory, bound, touched))
  const batch = (): BatchGradient => ({ gradient: gradients(), width })
  return {
    forward(features, asked) {
      rowCount = features.rowCount
      range = asked ?? { first: 0, count: rowCount }
      touched.renew()
      const out = staging.reserve(4 * range.count * width)
      for (const part of bound) {
        loadIds(memory, part, features.ids[part.column], rowCount)
        gatherPart(memory, part, { range, out, width })
      }
      return outputs(out, range.count * width)
    },
    gradient: () => ownGradients(gradients() + 4 * range.first * width, range.count * width),
    squaredNorm() {
      const given = batch()
      return rowUpdates().reduce((sum, one) => sum + one.squaredNorm(given), 0)
    },
    update(step) {
      const given = batch()
      for (const one of rowUpdates()) one.update(step, given)
    },
  }
}

interface Gathering {
  readonly range: RowRange
  readonly out: number
  readonly width: number
}

function gatherPart(memory: TableMemory, part: BoundPart, { range, out, width }: Gathering): void {
  const { table, combiner, isAdding, current } = part
  const { ids, offsets, weights } = current
  const { first, count } = range
  // Without offsets ids and weights are those of the first row on.
  const skipped = offsets === 0 ? 4 * first : 0
  memory.kernels.gather(
    table.offset,
    table.rowFloats,
    table.dimension,
    ids + skipped,
    offsets === 0 ? 0 : offsets + 4 * first,
    weights === 0 ? 0 : weights + skipped,
    combinerCodes[combiner],
    count,
    out + 4 * part.offset,
    width,
    Number(isAdding),
  )
}
