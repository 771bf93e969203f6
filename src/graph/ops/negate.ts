import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'

export const negateOp = unaryOp('negate', 'Neg', (_, __, g) => negate(g), {
  linearIn: 'all',
  split: elementwise(0),
  pass: 'negate',
})

/** `−x`. */
export function negate(x: Tensor): Tensor {
  return x.graph.node(negateOp, [x])
}
