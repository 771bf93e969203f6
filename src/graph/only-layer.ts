/** The layer that an input goes into, where that is all that is done with it: what it adds up can then be made in another way. */
import { reverseOrder } from './differentiate.js'
import { linear, linearOp } from './ops/linear.js'
import { matmulOp } from './ops/matmul.js'
import { sliceOp } from './ops/slice.js'
import { substitute } from './substitute.js'
import type { Tensor } from './tensor.js'
import { inputOp } from './tensor.js'

export interface OnlyLayer {
  /** Inputs of the graph: `[in, out]` and `[out]`. */
  readonly weights: Tensor
  /** `null`: the layer has none. */
  readonly bias: Tensor | null
  /** The same computation with a bias for each row, `[n, out]`. */
  withBias(rows: Tensor): ReadonlyMap<Tensor, Tensor>
}

/** Finds it among what some tensors are computed of; its inputs may be the first columns of the input. `null` where input, weights or bias are read otherwise too. */
export function onlyLayer(tensors: readonly Tensor[], input: Tensor): OnlyLayer | null {
  const readersOf = (tensor: Tensor): Tensor[] =>
    reverseOrder(...tensors).filter(({ inputs }) => inputs.includes(tensor))
  const [reader, ...others] = readersOf(input)
  if (!reader || others.length > 0) return null
  if (reader.op === sliceOp && reader.attributes['start'] === 0) return onlyLayer(tensors, reader)
  const [x, weights, bias = null] = reader.inputs
  if (!isLayer(reader) || !x || weights?.op !== inputOp || (bias && bias.op !== inputOp)) return null
  if (readersOf(weights).length > 1 || (bias && readersOf(bias).length > 1)) return null
  return {
    weights,
    bias,
    withBias: (rows) => substitute(tensors, new Map([[reader, linear(x, weights, rows)]])),
  }
}

const isLayer = ({ op, attributes }: Tensor): boolean =>
  op === linearOp || (op === matmulOp && !attributes['transposeA'] && !attributes['transposeB'])
