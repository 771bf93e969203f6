import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { multiply } from './multiply.js'
import { sigmoid } from './sigmoid.js'
export const softplusOp = unaryOp('softplus', 'Softplus', (_, x, g) => multiply(g, sigmoid(x)))

/** `log(1 + eˣ)`, stable for large |x|. */
export function softplus(x: Tensor): Tensor {
  return x.graph.node(softplusOp, [x])
}
