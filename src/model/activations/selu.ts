import { operations } from '../../graph/index.js'
import type { Activation } from './activation.js'

const { exp, minimum, multiply, subtract, where } = operations
/** The constants with which mean 0 and variance 1 are a fixed point (Klambauer et al. 2017). */
const alpha = 1.6732632423543772
const scale = 1.0507009873554805

/** `λx` above 0, `λα(eˣ − 1)` below. */
export const selu: Activation = (x) => {
  const { graph } = x
  const below = multiply(subtract(exp(minimum(graph.constant(0), x)), graph.constant(1)), graph.constant(alpha))
  return multiply(where(x, x, below), graph.constant(scale))
}
