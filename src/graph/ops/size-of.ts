import type { Op } from '../op.js'
import type { Tensor } from '../tensor.js'

export const sizeOfOp: Op = {
  name: 'sizeOf',
  readsShapeOf: [0],
  pass: 'countRows',
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

/** How many elements some axes span, as a scalar: a constant where they are known, else counted at run time (the batch, for axis 0). */
export function sizeOf(x: Tensor, axes: readonly number[]): Tensor {
  const normal = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis))
  const sizes = normal.map((axis) => x.shape[axis])
  return sizes.every((size) => typeof size === 'number')
    ? x.graph.constant(sizes.reduce((product, size) => product * size, 1))
    : x.graph.node(sizeOfOp, [x], { axes: normal })
}
