/**
 * The update of dense parameters from the gradients of the parts of a batch. The parameters stand one after the other, and each
 * thread owns a range of that line: it sums the parts' gradients there, in the order of the parts, and updates the weights.
 */
import type { OptimizerStep } from './optimizer.js'
import { lineFloats, rangeOf } from './share.js'
import type { Share } from './share.js'
import type { Table } from './table.js'
import type { TableMemory } from './table-memory.js'

export interface DenseUpdate {
  /** Where a part of the batch leaves its gradient of a parameter: a view of the live memory, zeros at first. Default: the share's own. */
  gradient(name: string, part?: number): Float32Array
  /** Sums the gradients of all parts over the range of the share, where the first left its own. */
  sum(): void
  /** Σ g² over the range. */
  squaredNorm(): number
  /** Updates the weights that lie in the range, each parameter by its own step. */
  update(stepOf: (name: string) => OptimizerStep): void
}

export interface DenseUpdateOptions {
  /** Tables of one row. */
  readonly tables: readonly Table[]
  /** The part whose gradients are written here, and the range that is updated. */
  readonly share: Share
  /** Where the gradients of all parts lie: `share.count × gradientFloats(tables)` floats. */
  readonly gradients: number
}

/** Floats of one part's gradients. */
export const gradientFloats = (tables: readonly Table[]): number =>
  tables.reduce((sum, { dimension }) => sum + aligned(dimension), 0)

const aligned = (floats: number): number => Math.ceil(floats / lineFloats) * lineFloats

/** Makes the update of a share. */
export function createDenseUpdate(memory: TableMemory, { tables, share, gradients }: DenseUpdateOptions): DenseUpdate {
  const { kernels } = memory
  const total = gradientFloats(tables)
  const [begin, end] = rangeOf(total, share)
  const at = gradients + 4 * begin
  const places = new Map<string, { readonly start: number; readonly dimension: number }>()
  const ranges: { table: Table; first: number; count: number; gradient: number }[] = []
  let start = 0
  for (const table of tables) {
    places.set(table.name, { start, dimension: table.dimension })
    const first = Math.max(0, begin - start)
    const count = Math.min(table.dimension, end - start) - first
    if (count > 0) ranges.push({ table, first, count, gradient: gradients + 4 * (start + first) })
    start += aligned(table.dimension)
  }
  return {
    gradient(name, part = share.index) {
      const place = places.get(name)
      if (!place) throw new Error(`internal: no dense parameter ${name}`)
      return memory.float32(gradients + 4 * (total * part + place.start), place.dimension)
    },
    sum: () => {
      kernels.sumParts(at, 4 * total, share.count, end - begin)
    },
    squaredNorm: () => kernels.sumOfSquares(at, end - begin),
    update(stepOf) {
      for (const { table, first, count, gradient } of ranges) {
        const step = stepOf(table.name)
        const { optimizer, dimension, offset, l2, l1 } = table
        if (!optimizer) continue
        if (step.gradientScale !== undefined) kernels.scale(gradient, count, step.gradientScale)
        optimizer.prepare(step)
        kernels.updateRange(
          optimizer.index,
          offset + 4 * first,
          count,
          4 * dimension,
          gradient,
          l2,
          l1,
          optimizer.hyperparameters,
        )
      }
    },
  }
}
