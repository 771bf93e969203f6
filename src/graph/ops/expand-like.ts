import type { Op } from '../op.js'
import type { Tensor } from '../tensor.js'
import { sumTo } from './sum-to.js'

export const expandLikeOp: Op = {
  name: 'expandLike',
  shape: ([, like = []]) => like,
  gradient: ({ inputs: [x] }, g) => [x ? sumTo(g, x.shape) : null, null],
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
