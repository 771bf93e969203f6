import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import { broadcastShapes, sameShape } from '../shapes.js'
import type { Shape, Tensor } from '../tensor.js'
import { expandLike } from './expand-like.js'

export const sumToOp: Op = {
  name: 'sumTo',
  linearIn: 'all',
  pass: 'sumRows',
  shape: ([from = []], { shape }) => {
    if (!sameShape(broadcastShapes('sumTo', from, shape as Shape), from))
      throw shapeMismatch({ op: 'sumTo', expected: 'a shape that broadcasts to its own', got: [from, shape] })
    return shape as Shape
  },
  gradient: ({ inputs: [x] }, g) => [x ? expandLike(g, x) : null],
  kernel: ({ shape, inputs }) =>
    shape.length === 1 && inputs[0]?.shape.length === 2 && inputs[0].shape[1] === shape[0]
      ? { kernel: 'sumRows', inputs }
      : null,
  emit(writer, tensor, { inputs: [x = ''], output }) {
    const from = tensor.inputs[0]?.shape ?? []
    const lead = from.length - tensor.shape.length
    const kept = tensor.shape.flatMap((size, axis) => (size === 1 && from[axis + lead] !== 1 ? [axis + lead] : []))
    const leading = Array.from({ length: lead }, (_, axis) => axis)
    const middle = kept.length > 0 && lead > 0 ? writer.fresh() : x
    if (kept.length > 0)
      writer.node('ReduceSum', [x, writer.integers(kept)], [lead > 0 ? middle : output], { keepdims: 1 })
    if (lead > 0) writer.node('ReduceSum', [middle, writer.integers(leading)], [output], { keepdims: 0 })
    if (kept.length === 0 && lead === 0) writer.node('Identity', [x], [output])
  },
}

/**
 * Sums a tensor down to a shape that broadcasts to its own: the gradient of broadcasting. A factor that is the same for all terms is taken
 * out, so that what is summed is often what others sum, too.
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const at = factored(x, shape)
  if (at === undefined) return x.graph.node(sumToOp, [x], { shape })
  return x.graph.node(
    x.op,
    x.inputs.map((input, index) => (index === at ? sumTo(input, shape) : input)),
    x.attributes,
  )
}

/** The only input of an elementwise operation that varies within the sum, where the operation is linear in it. */
function factored({ op, inputs, shape: from }: Tensor, shape: Shape): number | undefined {
  if (!op.isElementwise || sameShape(from, shape)) return undefined
  const isAlone = (at: number): boolean =>
    op.linearIn === 'all' ? inputs.length === 1 : op.linearIn?.some((set) => set.length === 1 && set[0] === at) === true
  const isFactor = ({ shape: own }: Tensor): boolean =>
    own.length <= shape.length &&
    own.every((size, axis) => size === 1 || size === shape[axis + shape.length - own.length])
  const at = inputs.findIndex((input, index) => sameShape(input.shape, from) && isAlone(index))
  return inputs.every((input, index) => index === at || isFactor(input)) && at >= 0 ? at : undefined
}
