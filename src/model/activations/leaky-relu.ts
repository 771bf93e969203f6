import { operations } from '../../graph/index.js'
import type { Activation } from './activation.js'

const { multiply, negate, relu, subtract } = operations

/** `x` above 0, `0.01·x` below (Maas et al. 2013). */
export const leakyRelu: Activation = (x) => subtract(relu(x), multiply(relu(negate(x)), x.graph.constant(0.01)))
