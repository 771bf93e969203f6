import type { Op } from '../op.js'
import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'

export const heavisideOp: Op = {
  name: 'heaviside',
  isElementwise: true,
  pass: 'heaviside',
  split: elementwise(),
  shape: ([shape = []]) => shape,
  gradient: () => [null],
  emit(writer, _, { inputs: [x = ''], output }) {
    const isPositive = writer.fresh()
    writer.node('Greater', [x, writer.scalar(0)], [isPositive])
    writer.node('Cast', [isPositive], [output], { to: writer.elementType })
  },
}

/** 1 where x > 0, else 0; its gradient is 0. */
export const heaviside = (x: Tensor): Tensor => x.graph.node(heavisideOp, [x])
