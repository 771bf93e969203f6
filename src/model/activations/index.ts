/** Every activation by its name in the config. */
import { operations } from '../../graph/index.js'
import type { ResolvedDeep } from '../model-spec.js'
import type { Activation } from './activation.js'
import { dice } from './dice.js'
import { elu } from './elu.js'
import { gelu } from './gelu.js'
import { leakyRelu } from './leaky-relu.js'
import { prelu } from './prelu.js'
import { selu } from './selu.js'
import { swish } from './swish.js'

const { relu, sigmoid, tanh } = operations

export type ActivationName = ResolvedDeep['activation']

export const activations: Readonly<Record<ActivationName, Activation>> = {
  relu: (x) => relu(x),
  tanh: (x) => tanh(x),
  sigmoid: (x) => sigmoid(x),
  linear: (x) => x,
  leakyRelu,
  elu,
  selu,
  gelu,
  swish,
  prelu,
  dice,
}
