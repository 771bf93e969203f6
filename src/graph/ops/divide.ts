import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { binaryOp } from './elementwise.js'
import { multiply } from './multiply.js'
import { negate } from './negate.js'

// d(a/b)/db = −(a/b)/b: the quotient is at hand.
export const divideOp = binaryOp(
  'divide',
  'Div',
  (quotient, [, b], g) => [divide(g, b), negate(divide(multiply(g, quotient), b))],
  { linearIn: [[0]], split: elementwise(0), pass: 'divide' },
)

/** `a / b`, element by element, with broadcasting. */
export function divide(a: Tensor, b: Tensor): Tensor {
  return a.graph.node(divideOp, [a, b])
}
