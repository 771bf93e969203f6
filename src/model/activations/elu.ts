import { operations } from '../../graph/index.js'
import type { Activation } from './activation.js'

const { exp, minimum, subtract, where } = operations

/** `x` above 0, `eˣ − 1` below (Clevert et al. 2016); smooth at 0. */
export const elu: Activation = (x) => {
  const { graph } = x
  // The minimum keeps eˣ finite on the side that is not taken: infinity times a gradient of 0 would be NaN.
  return where(x, x, subtract(exp(minimum(graph.constant(0), x)), graph.constant(1)))
}
