import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import { dimensionAt, elementCount, sameShape } from '../shapes.js'
import { isConstant, none } from '../split-rules.js'
import type { Shape, Tensor } from '../tensor.js'

interface Sides {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** Rows and columns of one side as it enters the product. */
function side(shape: Shape, isTransposed: boolean): Shape {
  const [rows, columns] = [dimensionAt(shape, shape.length - 2), dimensionAt(shape, shape.length - 1)]
  return isTransposed ? [columns, rows] : [rows, columns]
}

export const matmulOp: Op = {
  name: 'matmul',
  linearIn: [[0], [1]],
  shape: ([a = [], b = []], attributes) => {
    const { transposeA, transposeB } = attributes as unknown as Sides
    const [rows = 1, inner] = side(a, transposeA)
    const [otherInner, columns = 1] = side(b, transposeB)
    const fits =
      a.length === b.length && a.length >= 2 && inner === otherInner && sameShape(a.slice(0, -2), b.slice(0, -2))
    if (!fits)
      throw shapeMismatch({ op: 'matmul', expected: 'inner dimensions and leading axes that agree', got: [a, b] })
    return [...a.slice(0, -2), rows, columns]
  },
  gradient: ({ inputs: [a, b], attributes }, g) => {
    if (!a || !b) return []
    const { transposeA, transposeB } = attributes as unknown as Sides
    // Transposes are flags of the product (Gemm), never copies.
    const da = transposeA
      ? matmul(b, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b, { transposeB: !transposeB })
    const db = transposeB
      ? matmul(g, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, g, { transposeA: !transposeA })
    return [da, db]
  },
  split(tensor, [a = none, b = none], context) {
    const { transposeA, transposeB } = tensor.attributes as unknown as Sides
    const weights = context.join(b)
    const isPlain = tensor.shape.length === 2 && !transposeA && !transposeB
    if (isPlain && isConstant(weights)) return context.whole(tensor.shape, context.product(a, weights.constant))
    return context.together(tensor, [a, b])
  },
  kernel: ({ shape, inputs, attributes }) =>
    shape.length === 2 ? { kernel: 'product', inputs, ...(attributes as unknown as Sides) } : null,
  multiplications({ shape, inputs: [a], attributes }) {
    const inner = a ? side(a.shape, (attributes as unknown as Sides).transposeA)[1] : 1
    return elementCount(shape) * Number(inner)
  },
  emit(writer, { attributes, shape }, { inputs: [a = '', b = ''], output }) {
    const { transposeA, transposeB } = attributes as unknown as Sides
    if (shape.length === 2) {
      writer.node('Gemm', [a, b], [output], { transA: Number(transposeA), transB: Number(transposeB) })
      return
    }
    const axes = shape.map((_, axis) => axis)
    const swapped = [...axes.slice(0, -2), axes.length - 1, axes.length - 2]
    const operand = (name: string, isTransposed: boolean): string => {
      if (!isTransposed) return name
      const transposed = writer.fresh()
      writer.node('Transpose', [name], [transposed], { perm: swapped })
      return transposed
    }
    writer.node('MatMul', [operand(a, transposeA), operand(b, transposeB)], [output])
  },
}

/** The matrix product over the last two axes; the axes before them must agree. */
export function matmul(a: Tensor, b: Tensor, sides: Partial<Sides> = {}): Tensor {
  return a.graph.node(matmulOp, [a, b], {
    transposeA: sides.transposeA ?? false,
    transposeB: sides.transposeB ?? false,
  })
}
