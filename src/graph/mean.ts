import { divide } from './ops/divide.js'
import { sizeOf } from './ops/size-of.js'
import { sum } from './ops/sum.js'
import type { Tensor } from './tensor.js'

/** The mean over axes, by the size they have at run time. */
export function mean(x: Tensor, axes: readonly number[], keepDimensions = false): Tensor {
  return divide(sum(x, axes, keepDimensions), sizeOf(x, axes))
}
