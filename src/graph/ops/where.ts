import type { Op } from '../op.js'
import { broadcastShapes } from '../shapes.js'
import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { unbroadcast } from './elementwise.js'

export const whereOp: Op = {
  name: 'where',
  isElementwise: true,
  linearIn: [[1, 2]],
  shape: ([condition = [], a = [], b = []]) => broadcastShapes('where', broadcastShapes('where', condition, a), b),
  split: elementwise(),
  gradient: (tensor, g) => {
    const [condition, a, b] = tensor.inputs
    if (!condition || !a || !b) return []
    const zero = g.graph.constant(0)
    return [null, unbroadcast(where(condition, g, zero), a, tensor), unbroadcast(where(condition, zero, g), b, tensor)]
  },
  emit(writer, _, { inputs: [condition = '', a = '', b = ''], output }) {
    const isTrue = writer.fresh()
    writer.node('Greater', [condition, writer.scalar(0)], [isTrue])
    writer.node('Where', [isTrue, a, b], [output])
  },
}

/** `a` where `condition > 0`, else `b`, with broadcasting: masks for attention. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return a.graph.node(whereOp, [condition, a, b])
}
