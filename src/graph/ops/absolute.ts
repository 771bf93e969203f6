import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { multiply } from './multiply.js'
import { sign } from './sign.js'
export const absoluteOp = unaryOp('absolute', 'Abs', (_, x, g) => multiply(g, sign(x)))

/** `|x|`; the gradient at 0 is 0. */
export function absolute(x: Tensor): Tensor {
  return x.graph.node(absoluteOp, [x])
}
