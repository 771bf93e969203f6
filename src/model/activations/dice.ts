import { operations } from '../../graph/index.js'
import type { Activation } from './activation.js'

const { add, multiply, sigmoid, subtract } = operations

/** `p·x + (1 − p)·a·x` with `p = σ((x − μ)/√(σ² + ε))` and a learned `a` for each unit (Zhou et al. 2018, Deep Interest Network). */
export const dice: Activation = (x, builder, name) => {
  const shape = [Number(x.shape[1])]
  const slope = builder.parameter(`${name}/slope`, shape, { part: 'deep', initializer: 'zeros' })
  const share = sigmoid(builder.standardize(`${name}/dice`, x))
  const rest = subtract(x.graph.constant(1), share)
  return multiply(x, add(share, multiply(rest, slope)))
}
