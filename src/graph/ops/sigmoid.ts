import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { multiply } from './multiply.js'
import { subtract } from './subtract.js'
export const sigmoidOp = unaryOp(
  'sigmoid',
  'Sigmoid',
  (y, x, g) => multiply(g, multiply(y, subtract(x.graph.constant(1), y))),
  { pass: 'sigmoid' },
)

/** `1 / (1 + e⁻ˣ)`. */
export function sigmoid(x: Tensor): Tensor {
  return x.graph.node(sigmoidOp, [x])
}
