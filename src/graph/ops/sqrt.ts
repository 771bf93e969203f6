import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { divide } from './divide.js'
import { multiply } from './multiply.js'

export const sqrtOp = unaryOp('sqrt', 'Sqrt', (y, x, g) => divide(multiply(g, x.graph.constant(0.5)), y), {
  pass: 'sqrt',
})

/** The square root; x > 0 where a gradient is wanted. */
export function sqrt(x: Tensor): Tensor {
  return x.graph.node(sqrtOp, [x])
}
