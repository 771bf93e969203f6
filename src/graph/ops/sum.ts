import type { Op } from '../op.js'
import { normalAxis } from '../shapes.js'
import type { Tensor } from '../tensor.js'
import { expandLike } from './expand-like.js'
import { reshapeLike } from './reshape-like.js'

export const sumOp: Op = {
  name: 'sum',
  shape: ([shape = []], { axes, keepDimensions }) => {
    const reduced = new Set((axes as number[]).map((axis) => normalAxis('sum', shape, axis)))
    return keepDimensions === true
      ? shape.map((size, axis) => (reduced.has(axis) ? 1 : size))
      : shape.filter((_, axis) => !reduced.has(axis))
  },
  gradient: ({ inputs: [x], attributes }, g) => {
    if (!x) return []
    if (attributes['keepDimensions'] === true) return [expandLike(g, x)]
    return [expandLike(g.shape.length === 0 ? g : reshapeLike(g, sum(x, attributes['axes'] as number[], true)), x)]
  },
  emit(writer, { attributes }, { inputs: [x = ''], output }) {
    writer.node('ReduceSum', [x, writer.integers(attributes['axes'] as number[])], [output], {
      keepdims: Number(attributes['keepDimensions']),
    })
  },
}

/** Sums over axes (negative: from the end). */
export function sum(x: Tensor, axes: readonly number[], keepDimensions = false): Tensor {
  return x.graph.node(sumOp, [x], { axes, keepDimensions })
}
