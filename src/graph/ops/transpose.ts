import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import { dimensionAt } from '../shapes.js'
import { none } from '../split-rules.js'
import type { Tensor } from '../tensor.js'

export const transposeOp: Op = {
  name: 'transpose',
  linearIn: 'all',
  shape: ([shape = []], { permutation }) => (permutation as number[]).map((axis) => dimensionAt(shape, axis)),
  gradient: ({ attributes }, g) => {
    const permutation = attributes['permutation'] as number[]
    return [
      transpose(
        g,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ]
  },
  split(tensor, [x = none], context) {
    const permutation = tensor.attributes['permutation'] as number[]
    const segments = x.segments.map(({ size, parts }) => ({
      size,
      parts: context.map(parts, (part) => transpose(part, permutation)),
    }))
    return context.value(tensor.shape, permutation.indexOf(x.axis), segments)
  },
  emit(writer, { attributes }, { inputs, output }) {
    writer.node('Transpose', inputs, [output], { perm: attributes['permutation'] as number[] })
  },
}

/** Axis `i` of the result is axis `permutation[i]` of `x`. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  const isPermutation = permutation.length === x.shape.length && x.shape.every((_, axis) => permutation.includes(axis))
  if (!isPermutation) throw shapeMismatch({ op: 'transpose', expected: 'each axis once', got: [x.shape, permutation] })
  return x.graph.node(transposeOp, [x], { permutation })
}
