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

/** Rows, columns and inner size of `op(a)·op(b)`; `unknown` stands for a symbolic size. */
export function productSizes(
  a: Shape,
  b: Shape,
  { transposeA = false, transposeB = false }: KernelFlags,
  unknown = Infinity,
): ProductSizes {
  const [rows, columns] = sizesOf(a, unknown)
  const [otherRows, otherColumns] = sizesOf(b, unknown)
  return {
    m: transposeA ? columns : rows,
    k: transposeA ? rows : columns,
    n: transposeB ? otherRows : otherColumns,
  }
}

const sizesOf = (shape: Shape, unknown: number): [number, number] => {
  const [rows = 1, columns = 1] = shape.map((size) => (typeof size === 'number' ? size : unknown))
  return [rows, columns]
}
