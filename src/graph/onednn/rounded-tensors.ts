/** Which tensors of a plan need not be kept in float32 where products round what they read. */
import type { KernelCall } from '../op.js'
import type { Tensor } from '../tensor.js'
import { isThin, productSizes } from './product-sizes.js'

export interface ComputedBy {
  /** `null`: it is computed by ONNX Runtime. */
  readonly call: KernelCall | null
  readonly reads: readonly Tensor[]
}

/**
 * The results of kernels of which all readers would round them: wide products, masks of relu whose result is such a tensor too, and sums over
 * rows beside one of these, whose terms are rounded then.
 */
export function roundedTensors(
  places: ReadonlyMap<Tensor, ComputedBy>,
  outputs: ReadonlySet<Tensor>,
): ReadonlySet<Tensor> {
  const readers = new Map<Tensor, [Tensor, KernelCall | null][]>()
  for (const [tensor, { call, reads }] of places)
    for (const read of reads) readers.set(read, [...(readers.get(read) ?? []), [tensor, call]])
  const rounded = new Set<Tensor>()
  // Readers come after what they read, so theirs is known.
  for (const [tensor, { call }] of [...places].reverse()) {
    const all = readers.get(tensor) ?? []
    if (call === null || outputs.has(tensor) || all.every(([, by]) => by?.kernel === 'sumRows')) continue
    if (all.every(([reader, by]) => by && isRounding(by, tensor, rounded.has(reader)))) rounded.add(tensor)
  }
  return rounded
}

function isRounding({ kernel, inputs, ...flags }: KernelCall, read: Tensor, isReaderRounded: boolean): boolean {
  const [a, b, bias] = inputs
  if (kernel === 'sumRows') return true
  // A mask tells only what is above zero: rounding does not change that.
  if (kernel === 'multiplyHeaviside') return read !== a || isReaderRounded
  return kernel === 'product' && a && b && read !== bias ? !isThin(productSizes(a.shape, b.shape, flags)) : false
}
