import type { KernelFlags } from '../segment.js'
import type { Value } from './value.js'

export interface ProductSizes {
  readonly m: number
  readonly n: number
  readonly k: number
}

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
