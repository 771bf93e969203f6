import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import { elementCount } from '../shapes.js'
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
    if (x.length !== 2 || w.length !== 2 || b.length !== 1 || x[1] !== w[0] || w[1] !== b[0]) {
      throw shapeMismatch({ op: 'linear', expected: 'shapes [n, in], [in, out] and [out]', got: [x, w, b] })
    }
    return [x[0] ?? 1, w[1] ?? 1]
  },
  gradient: ({ inputs: [x, w, b] }, g) => {
    if (!x || !w || !b) return []
    return [matmul(g, w, { transposeB: true }), matmul(x, g, { transposeA: true }), sumTo(g, b.shape)]
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

/** A dense layer without activation, `x·W + b`, in one node. */
export const linear = (x: Tensor, weights: Tensor, bias: Tensor): Tensor => x.graph.node(linearOp, [x, weights, bias])
