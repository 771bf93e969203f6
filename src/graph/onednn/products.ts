/** Matrix products by oneDNN, `out = op(a)·op(b)` over values of the arena or outside it. */
import { executorFailed } from '../errors.js'
import type { KernelFlags } from '../segment.js'
import type { Arena } from './arena.js'
import type { OnednnLibrary } from './library.js'
import type { Value } from './value.js'
import { dataOf } from './value.js'

export interface ProductSizes {
  readonly m: number
  readonly n: number
  readonly k: number
}

export type Multiply = (
  sides: { readonly a: Value; readonly b: Value; readonly out: Value },
  flags: KernelFlags,
) => void

const letter = (isTransposed = false): number => (isTransposed ? 'T' : 'N').charCodeAt(0)

/** Rows, columns and inner size of `op(a)·op(b)`. */
export function productSizes(
  a: Value,
  b: Value,
  { transposeA = false, transposeB = false }: KernelFlags,
): ProductSizes {
  const [rows = 1, columns = 1] = a.shape
  const [otherRows = 1, otherColumns = 1] = b.shape
  return {
    m: transposeA ? columns : rows,
    k: transposeA ? rows : columns,
    n: transposeB ? otherRows : otherColumns,
  }
}

/** Throws `GRAPH_EXECUTOR_FAILED` for a status that is not success. */
export function requireSuccess(status: number, what: string): void {
  if (status !== 0) throw executorFailed({ executor: 'onednn', reason: `${what} answers status ${String(status)}` })
}

/** Products in float32 on so many threads. */
export function float32Products({ product, useThreads }: OnednnLibrary, arena: Arena, threads: number): Multiply {
  return ({ a, b, out }, flags) => {
    const { m, n, k } = productSizes(a, b, flags)
    const [left, right, result] = [a, b, out].map((value) => dataOf(arena, value).data)
    if (!left || !right || !result || m === 0 || n === 0) return
    // Without an inner size there is nothing to sum, and nothing that the library would write.
    if (k === 0) result.fill(0)
    else {
      const [lda, ldb] = [a.shape[1] ?? 1, b.shape[1] ?? 1]
      useThreads(threads)
      const [isA, isB] = [letter(flags.transposeA), letter(flags.transposeB)]
      requireSuccess(product(isA, isB, m, n, k, 1, left, lda, right, ldb, 0, result, n), 'dnnl_sgemm')
    }
  }
}
