import { operations } from '../../graph/index.js'
import type { Activation } from './activation.js'

const { add, multiply, square, tanh } = operations
const slope = Math.sqrt(2 / Math.PI)

/** `x·Φ(x)` (Hendrycks and Gimpel 2016) in the paper's form with tanh, within 0.0005 of the exact one. */
export const gelu: Activation = (x) => {
  const one = (value: number) => x.graph.constant(value)
  const inner = multiply(multiply(x, one(slope)), add(one(1), multiply(square(x), one(0.044715))))
  return multiply(multiply(x, one(0.5)), add(one(1), tanh(inner)))
}
