import type { Op } from '../op.js'
import type { Tensor } from '../tensor.js'
import { multiply } from './multiply.js'
import { softmax } from './softmax.js'
import { subtract } from './subtract.js'
import { sum } from './sum.js'

export const logSoftmaxOp: Op = {
  name: 'logSoftmax',
  shape: ([shape = []]) => shape,
  // dx = g − softmax(x)·Σ g
  gradient: ({ inputs: [x] }, g) => [x ? subtract(g, multiply(softmax(x), sum(g, [-1], true))) : null],
  emit: (writer, _, { inputs, output }) => {
    writer.node('LogSoftmax', inputs, [output], { axis: -1 })
  },
}

/** `log(eˣ / Σ eˣ)` along the last axis, stable for large |x|. */
export const logSoftmax = (x: Tensor): Tensor => x.graph.node(logSoftmaxOp, [x])
