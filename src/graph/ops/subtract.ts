import { additive } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { binaryOp } from './elementwise.js'
import { negate } from './negate.js'

export const subtractOp = binaryOp('subtract', 'Sub', (_, __, g) => [g, negate(g)], {
  linearIn: 'all',
  split: additive(negate),
  pass: 'subtract',
})

/** `a − b`, with broadcasting. */
export const subtract = (a: Tensor, b: Tensor): Tensor => a.graph.node(subtractOp, [a, b])
