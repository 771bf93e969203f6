import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { divide } from './divide.js'
export const logOp = unaryOp('log', 'Log', (_, x, g) => divide(g, x))

/** The natural logarithm; x > 0. */
export function log(x: Tensor): Tensor {
  return x.graph.node(logOp, [x])
}
