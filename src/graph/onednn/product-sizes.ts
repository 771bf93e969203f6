import type { KernelFlags } from '../segment.js'

export interface ProductSizes {
  readonly m: number
  readonly n: number
  readonly k: number
}

/** Below this a side is too thin for a primitive of its size to be faster, and for rounding. */
const leastSide = 16

export const isThin = ({ m, n, k }: ProductSizes): boolean => Math.min(m, n, k) < leastSide

type Shape = readonly (number | string)[]

/** Rows, columns and inner size of `op(a)·op(b)`; a symbolic size counts as infinite. */
export function productSizes(
  a: Shape,
  b: Shape,
  { transposeA = false, transposeB = false }: KernelFlags,
): ProductSizes {
  const [rows, columns] = sizesOf(a)
  const [otherRows, otherColumns] = sizesOf(b)
  return {
    m: transposeA ? columns : rows,
    k: transposeA ? rows : columns,
    n: transposeB ? otherRows : otherColumns,
  }
}

function sizesOf(shape: Shape): [number, number] {
  const [rows = 1, columns = 1] = shape.map((size) => (typeof size === 'number' ? size : Infinity))
  return [rows, columns]
}
