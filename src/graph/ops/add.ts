import { additive } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { binaryOp, sameShapeKernel } from './elementwise.js'

export const addOp = binaryOp('add', 'Add', (_, __, g) => [g, g], {
  linearIn: 'all',
  split: additive((b) => b),
  kernel: sameShapeKernel('add'),
  pass: 'add',
})

/** `a + b`, with broadcasting. */
export const add = (a: Tensor, b: Tensor): Tensor => a.graph.node(addOp, [a, b])
