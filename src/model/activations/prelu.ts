import { operations } from '../../graph/index.js'
import type { Activation } from './activation.js'

const { multiply, negate, relu, subtract } = operations
/** He et al. 2015 begin there. */
const firstSlope = 0.25

/** `x` above 0, `a·x` below, with a learned `a` for each unit (He et al. 2015). */
export const prelu: Activation = (x, builder, name) => {
  const shape = [Number(x.shape[1])]
  const slope = builder.parameter(`${name}/slope`, shape, { part: 'deep', initializer: firstSlope })
  return subtract(relu(x), multiply(relu(negate(x)), slope))
}
