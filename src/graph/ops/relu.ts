import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { heaviside } from './heaviside.js'
import { multiply } from './multiply.js'
export const reluOp = unaryOp('relu', 'Relu', (y, _, g) => multiply(g, heaviside(y)))

/** `max(0, x)`; the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return x.graph.node(reluOp, [x])
}
