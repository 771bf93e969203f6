import { reverseOrder } from './differentiate.js'
import type { Tensor } from './tensor.js'

/** The same computation over other tensors; what depends on none of those that are replaced is shared. */
export function substitute(
  tensors: readonly Tensor[],
  replacements: ReadonlyMap<Tensor, Tensor>,
): ReadonlyMap<Tensor, Tensor> {
  const copies = new Map<Tensor, Tensor>(replacements)
  const copyOf = (tensor: Tensor): Tensor => copies.get(tensor) ?? tensor
  for (const tensor of reverseOrder(...tensors).reverse()) {
    if (copies.has(tensor) || tensor.inputs.every((input) => copyOf(input) === input)) continue
    copies.set(tensor, tensor.graph.node(tensor.op, tensor.inputs.map(copyOf), tensor.attributes))
  }
  return copies
}
