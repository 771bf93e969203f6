import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { multiply } from './multiply.js'
import { square } from './square.js'
import { subtract } from './subtract.js'
export const tanhOp = unaryOp('tanh', 'Tanh', (y, x, g) => multiply(g, subtract(x.graph.constant(1), square(y))))

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return x.graph.node(tanhOp, [x])
}
