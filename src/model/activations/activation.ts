import type { Tensor } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'

/** What stands behind a dense layer: a function of each value. `builder` and `name` are for those that learn something. */
export type Activation = (x: Tensor, builder: NetworkBuilder, name: string) => Tensor
