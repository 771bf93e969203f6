import type { Op } from '../op.js'
import type { Tensor } from '../tensor.js'

export const reshapeLikeOp: Op = {
  name: 'reshapeLike',
  linearIn: [[0]],
  readsShapeOf: [1],
  shape: ([, like = []]) => like,
  gradient: ({ inputs: [x] }, g) => [x ? reshapeLike(g, x) : null, null],
  emit(writer, _, { inputs: [x = '', like = ''], output }) {
    const shape = writer.fresh()
    writer.node('Shape', [like], [shape])
    writer.node('Reshape', [x, shape], [output])
  },
}

/** The elements of `x` in the shape of `like`. */
export function reshapeLike(x: Tensor, like: Tensor): Tensor {
  return x.graph.node(reshapeLikeOp, [x, like])
}
