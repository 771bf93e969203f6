import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { binaryOp } from './elementwise.js'

export const multiplyOp = binaryOp('multiply', 'Mul', (_, [a, b], g) => [multiply(g, b), multiply(g, a)], {
  linearIn: [[0], [1]],
  split: elementwise(0, 1),
})

/** `a · b`, element by element, with broadcasting. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  return a.graph.node(multiplyOp, [a, b])
}
