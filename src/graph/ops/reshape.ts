import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import type { Shape, Tensor } from '../tensor.js'
import { elementCount } from '../shapes.js'
import { reshapeLike } from './reshape-like.js'

export const reshapeOp: Op = {
  name: 'reshape',
  linearIn: 'all',
  shape: (_, { shape }) => shape as Shape,
  gradient: ({ inputs: [x] }, g) => [x ? reshapeLike(g, x) : null],
  emit(writer, { shape }, { inputs: [x = ''], output }) {
    writer.node('Reshape', [x, writer.integers(shape.map((size) => (typeof size === 'number' ? size : -1)))], [output])
  },
}

/** The elements in row-major order in another shape; at most one dimension may be symbolic. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (shape.filter((size) => typeof size !== 'number').length > 1)
    throw shapeMismatch({ op: 'reshape', expected: 'one symbolic dimension at most', got: [shape] })
  const isKnown = [...x.shape, ...shape].every((size) => typeof size === 'number')
  if (isKnown && elementCount(x.shape) !== elementCount(shape))
    throw shapeMismatch({ op: 'reshape', expected: 'as many elements as before', got: [x.shape, shape] })
  return x.graph.node(reshapeOp, [x], { shape })
}
