import type { Op } from '../op.js'
import type { Tensor } from '../tensor.js'
import { multiply } from './multiply.js'
import { subtract } from './subtract.js'
import { sum } from './sum.js'

export const softmaxOp: Op = {
  name: 'softmax',
  shape: ([shape = []]) => shape,
  // dx = y·(g − Σ g·y)
  gradient: (y, g) => [multiply(y, subtract(g, sum(multiply(g, y), [-1], true)))],
  emit: (writer, _, { inputs, output }) => {
    writer.node('Softmax', inputs, [output], { axis: -1 })
  },
}

/** `eˣ / Σ eˣ` along the last axis, stable for large x. */
export const softmax = (x: Tensor): Tensor => x.graph.node(softmaxOp, [x])
