import type { Op } from '../op.js'
import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { multiply } from './multiply.js'

export const squareOp: Op = {
  name: 'square',
  isElementwise: true,
  pass: 'square',
  split: elementwise(),
  shape: ([shape = []]) => shape,
  gradient: ({ inputs, graph }, g) => inputs.map((x) => multiply(multiply(g, graph.constant(2)), x)),
  emit: (writer, _, { inputs: [x = ''], output }) => {
    writer.node('Mul', [x, x], [output])
  },
}

/** `x²`. */
export function square(x: Tensor): Tensor {
  return x.graph.node(squareOp, [x])
}
