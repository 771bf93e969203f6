import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { multiply } from './multiply.js'
export const expOp = unaryOp('exp', 'Exp', (y, _, g) => multiply(g, y))

/** `eˣ`. */
export function exp(x: Tensor): Tensor {
  return x.graph.node(expOp, [x])
}
