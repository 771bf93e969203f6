import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import { knownDimension, normalAxis } from '../shapes.js'
import type { Tensor } from '../tensor.js'
import { slice } from './slice.js'

export const concatOp: Op = {
  name: 'concat',
  linearIn: 'all',
  shape: (shapes, { axis }) => {
    const [first = []] = shapes
    const at = axis as number
    if (
      shapes.some(
        (shape) => shape.length !== first.length || shape.some((size, index) => index !== at && size !== first[index]),
      )
    ) {
      throw shapeMismatch({ op: 'concat', expected: 'shapes that differ along the axis only', got: shapes })
    }
    const total = shapes.reduce((sum, shape) => sum + knownDimension('concat', shape, at), 0)
    return first.map((size, index) => (index === at ? total : size))
  },
  gradient: ({ inputs, attributes }, g) => {
    const axis = attributes['axis'] as number
    let start = 0
    return inputs.map((input) => {
      const end = start + knownDimension('concat', input.shape, axis)
      const part = slice(g, axis, start, end)
      start = end
      return part
    })
  },
  split(tensor, operands, context) {
    const axis = tensor.attributes['axis'] as number
    const segments = operands.flatMap((value) =>
      value.segments.length > 1 && value.axis === axis
        ? value.segments
        : [{ size: knownDimension('concat', value.shape, axis), parts: context.join(value) }],
    )
    return context.value(tensor.shape, axis, segments)
  },
  emit(writer, { attributes }, { inputs, output }) {
    writer.node('Concat', inputs, [output], { axis: attributes['axis'] as number })
  },
}

/** Joins tensors along an axis (negative: from the end) of known size. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors
  if (!first) throw shapeMismatch({ op: 'concat', expected: 'at least one tensor', got: [0] })
  return first.graph.node(concatOp, tensors, { axis: normalAxis('concat', first.shape, axis) })
}
