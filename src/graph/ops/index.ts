import { absoluteOp } from './absolute.js'
import { addOp } from './add.js'
import { concatOp } from './concat.js'
import { divideOp } from './divide.js'
import { expOp } from './exp.js'
import { expandLikeOp } from './expand-like.js'
import { heavisideOp } from './heaviside.js'
import { linearOp } from './linear.js'
import { logOp } from './log.js'
import { matmulOp } from './matmul.js'
import { maximumOp } from './maximum.js'
import { minimumOp } from './minimum.js'
import { multiplyOp } from './multiply.js'
import { negateOp } from './negate.js'
import { padOp } from './pad.js'
import { reluOp } from './relu.js'
import { reshapeLikeOp } from './reshape-like.js'
import { reshapeOp } from './reshape.js'
import { sigmoidOp } from './sigmoid.js'
import { signOp } from './sign.js'
import { sizeOfOp } from './size-of.js'
import { sliceOp } from './slice.js'
import { softmaxOp } from './softmax.js'
import { softplusOp } from './softplus.js'
import { sqrtOp } from './sqrt.js'
import { squareOp } from './square.js'
import { stopGradientOp } from './stop-gradient.js'
import { subtractOp } from './subtract.js'
import { sumToOp } from './sum-to.js'
import { sumOp } from './sum.js'
import { tanhOp } from './tanh.js'
import { transposeOp } from './transpose.js'
import { whereOp } from './where.js'
import type { Op } from '../op.js'

/** Every operation; a test checks that none is missing and that each one's gradient is checked. */
export const ops: readonly Op[] = [
  absoluteOp,
  addOp,
  concatOp,
  divideOp,
  expOp,
  expandLikeOp,
  heavisideOp,
  linearOp,
  logOp,
  matmulOp,
  maximumOp,
  minimumOp,
  multiplyOp,
  negateOp,
  padOp,
  reluOp,
  reshapeLikeOp,
  reshapeOp,
  sigmoidOp,
  signOp,
  sizeOfOp,
  sliceOp,
  softmaxOp,
  softplusOp,
  sqrtOp,
  squareOp,
  stopGradientOp,
  subtractOp,
  sumToOp,
  sumOp,
  tanhOp,
  transposeOp,
  whereOp,
]
