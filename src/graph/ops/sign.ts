import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'

export const signOp = unaryOp('sign', 'Sign', () => null)

/** −1, 0 or 1; its gradient is 0. */
export function sign(x: Tensor): Tensor {
  return x.graph.node(signOp, [x])
}
