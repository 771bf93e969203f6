import { operations } from '../../graph/index.js'
import type { Activation } from './activation.js'

const { add, multiply, tanh } = operations

/** `x·σ(x)` (Ramachandran et al. 2017), also called SiLU. */
export const swish: Activation = (x) => {
  // σ(x) = (1 + tanh(x/2))/2: ONNX Runtime makes x·Sigmoid(x) one node, which it has for float32 only.
  const half = multiply(x, x.graph.constant(0.5))
  return multiply(half, add(x.graph.constant(1), tanh(half)))
}
