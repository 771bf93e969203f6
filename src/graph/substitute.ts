import { reverseOrder } from './differentiate.js'
import type { Tensor } from './tensor.js'

/** The same computation over other tensors; what depends on none of those that are replaced is shared. What replaces may lie further back in it: it is then as it has become. */
export function substitute(
  tensors: readonly Tensor[],
  replacements: ReadonlyMap<Tensor, Tensor>,
): ReadonlyMap<Tensor, Tensor> {
  const copies = new Map<Tensor, Tensor>(replacements)
  const copyOf = (tensor: Tensor): Tensor => copies.get(tensor) ?? tensor
  for (const tensor of reverseOrder(...tensors).reverse()) {
    const replacement = replacements.get(tensor)
    if (replacement) copies.set(tensor, copyOf(replacement))
    else if (tensor.inputs.some((input) => copyOf(input) !== input))
      copies.set(tensor, tensor.graph.node(tensor.op, tensor.inputs.map(copyOf), tensor.attributes))
  }
  return copies
}
