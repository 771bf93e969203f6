import type { Op } from '../op.js'
import type { Tensor } from '../tensor.js'

export const sizeOfOp: Op = {
  name: 'sizeOf',
  readsShapeOf: [0],
  shape: () => [],
  gradient: () => [null],
  emit(writer, { attributes }, { inputs: [x = ''], output }) {
    const [shape, sizes, product] = [writer.fresh(), writer.fresh(), writer.fresh()]
    writer.node('Shape', [x], [shape])
    writer.node('Gather', [shape, writer.integers(attributes['axes'] as number[])], [sizes], { axis: 0 })
    writer.node('ReduceProd', [sizes], [product], { keepdims: 0 })
    writer.node('Cast', [product], [output], { to: writer.elementType })
  },
}

/** How many elements some axes span, as a scalar known at run time: the batch size, for axis 0. */
export const sizeOf = (x: Tensor, axes: readonly number[]): Tensor =>
  x.graph.node(sizeOfOp, [x], { axes: axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)) })
