import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import { broadcastShapes, sameShape } from '../shapes.js'
import { none } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { sumTo } from './sum-to.js'

export const expandLikeOp: Op = {
  name: 'expandLike',
  linearIn: [[0]],
  readsShapeOf: [1],
  pass: 'spread',
  shape: ([shape = [], like = []]) => {
    if (!sameShape(broadcastShapes('expandLike', shape, like), like))
      throw shapeMismatch({ op: 'expandLike', expected: 'a shape that broadcasts to the other', got: [shape, like] })
    return like
  },
  gradient: ({ inputs: [x] }, g) => [x ? sumTo(g, x.shape) : null, null],
  split: (tensor, [x = none], context) => context.whole(tensor.shape, context.spread(context.join(x), tensor.shape)),
  emit(writer, _, { inputs: [x = '', like = ''], output }) {
    const shape = writer.fresh()
    writer.node('Shape', [like], [shape])
    writer.node('Expand', [x, shape], [output])
  },
}

/** Spreads `x` to the shape of `like`; only the shape of `like` is read. */
export function expandLike(x: Tensor, like: Tensor): Tensor {
  return x.graph.node(expandLikeOp, [x, like])
}
