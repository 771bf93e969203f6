/** Matrix products by oneDNN, `out = op(a)·op(b)` over values of the arena or outside it. */
import type { KernelFlags } from '../segment.js'
import type { Arena } from './arena.js'
import type { OnednnLibrary } from './library.js'
import type { Matmul } from './matmul-primitive.js'
import { productSizes } from './product-sizes.js'
import { requireSuccess } from './status.js'
import type { Value } from './value.js'
import { dataOf, roundedOf } from './value.js'

export type Multiply = (
  sides: { readonly a: Value; readonly b: Value; readonly out: Value },
  flags: KernelFlags,
) => void

const letter = (isTransposed = false): number => (isTransposed ? 'T' : 'N').charCodeAt(0)

/** Where products run. */
export interface ProductPlace {
  readonly arena: Arena
  /** Called before each of the library's functions: sets the threads of this thread. */
  begin(): void
}

/** Products in float32. */
export function float32Products({ product }: OnednnLibrary, { arena, begin }: ProductPlace): Multiply {
  return ({ a, b, out }, flags) => {
    const { m, n, k } = productSizes(a, b, flags)
    const [left, right, result] = [a, b, out].map((value) => dataOf(arena, value).data)
    if (!left || !right || !result || m === 0 || n === 0) return
    // Without an inner size there is nothing to sum, and nothing that the library would write.
    if (k === 0) result.fill(0)
    else {
      const [lda, ldb] = [a.shape[1] ?? 1, b.shape[1] ?? 1]
      begin()
      const [isA, isB] = [letter(flags.transposeA), letter(flags.transposeB)]
      requireSuccess(product(isA, isB, m, n, k, 1, left, lda, right, ldb, 0, result, n), 'dnnl_sgemm')
    }
  }
}

/** Below this a side is too thin for products of bfloat16 to be faster: they stay in float32. */
const leastSide = 16

/** Products of both sides rounded to bfloat16, summed in float32; thin ones by `plain`. */
export function bfloat16Products(matmul: Matmul, plain: Multiply, { arena, begin }: ProductPlace): Multiply {
  return ({ a, b, out }, flags) => {
    const sizes = productSizes(a, b, flags)
    if (Math.min(sizes.m, sizes.n, sizes.k) < leastSide) {
      plain({ a, b, out }, flags)
      return
    }
    const { transposeA = false, transposeB = false } = flags
    const [left, right] = [roundedOf(arena, a), roundedOf(arena, b)]
    begin()
    // Rounding may have grown the arena: the views are made after it.
    matmul({ ...sizes, transposeA, transposeB }, left(), right(), dataOf(arena, out).data)
  }
}
