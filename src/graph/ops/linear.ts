import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import { elementCount, sameShape } from '../shapes.js'
import { isConstant, none } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { matmul } from './matmul.js'
import { sumTo } from './sum-to.js'

export const linearOp: Op = {
  name: 'linear',
  linearIn: [
    [0, 2],
    [1, 2],
  ],
  shape: ([x = [], w = [], b = []]) => {
    const result = [x[0] ?? 1, w[1] ?? 1]
    const fits = x.length === 2 && w.length === 2 && x[1] === w[0]
    if (!fits || !(sameShape(b, result) || sameShape(b, result.slice(1))))
      throw shapeMismatch({ op: 'linear', expected: 'shapes [n, in], [in, out] and [out] or [n, out]', got: [x, w, b] })
    return result
  },
  gradient: ({ inputs: [x, w, b] }, g) => {
    if (!x || !w || !b) return []
    return [
      matmul(g, w, { transposeB: true }),
      matmul(x, g, { transposeA: true }),
      sameShape(b.shape, g.shape) ? g : sumTo(g, b.shape),
    ]
  },
  split(tensor, [x = none, w = none, b = none], context) {
    const [weights, bias] = [context.join(w), context.join(b)]
    if (!isConstant(weights)) return context.together(tensor, [x, w, b])
    return context.whole(tensor.shape, context.sum(context.product(x, weights.constant), bias, tensor.shape))
  },
  kernel: ({ inputs }) => ({ kernel: 'product', inputs }),
  multiplications: ({ shape, inputs: [x] }) => elementCount(shape) * Number(x?.shape[1] ?? 1),
  emit: (writer, _, { inputs, output }) => {
    writer.node('Gemm', inputs, [output])
  },
}

/** A dense layer without activation, `x·W + b`, in one node; the bias is the same for all rows, or each has its own. */
export const linear = (x: Tensor, weights: Tensor, bias: Tensor): Tensor => x.graph.node(linearOp, [x, weights, bias])
