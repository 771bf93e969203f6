import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { heaviside } from './heaviside.js'
import { linearOp } from './linear.js'
import { multiply } from './multiply.js'

export const reluOp = unaryOp('relu', 'Relu', (y, _, g) => multiply(g, heaviside(y)), {
  pass: 'relu',
  // At the end of a layer it costs no pass of its own.
  kernel: ({ inputs: [x] }, isReadElsewhere) => {
    if (x?.op === linearOp && !isReadElsewhere(x)) return { kernel: 'product', inputs: x.inputs, isRelu: true }
    return x ? { kernel: 'relu', inputs: [x] } : null
  },
})

/** `max(0, x)`; the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return x.graph.node(reluOp, [x])
}
