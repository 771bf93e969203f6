/** Reverse-mode differentiation: gradients are tensors of the same graph, built by each operation's own rule. */
import { shapeMismatch } from './errors.js'
import { add } from './ops/add.js'
import { expandLike } from './ops/expand-like.js'
import { sameShape } from './shapes.js'
import type { Tensor } from './tensor.js'

/** The gradients of a scalar loss, in the order of `withRespectTo`; a tensor that the loss does not reach gets zeros. */
export function differentiate(loss: Tensor, withRespectTo: readonly Tensor[]): Tensor[] {
  if (loss.shape.length > 0)
    throw shapeMismatch({ op: 'the loss to differentiate', expected: 'no axes: sum it first', got: [loss.shape] })
  const { graph } = loss
  const needed = dependents(loss, withRespectTo)
  const gradients = new Map<Tensor, Tensor>([[loss, graph.constant(1)]])
  for (const tensor of reverseOrder(loss)) {
    const gradient = gradients.get(tensor)
    if (!gradient || !needed.has(tensor) || tensor.inputs.length === 0) continue
    const parts = tensor.op.gradient(tensor, tensor.op.isElementwise ? gradient : spread(gradient, tensor))
    for (const [index, input] of tensor.inputs.entries()) {
      const part = parts[index]
      if (!part || !needed.has(input)) continue
      const earlier = gradients.get(input)
      gradients.set(input, earlier ? add(earlier, part) : part)
    }
  }
  return withRespectTo.map((tensor) => spread(gradients.get(tensor) ?? graph.constant(0), tensor))
}

const spread = (gradient: Tensor, tensor: Tensor): Tensor =>
  sameShape(gradient.shape, tensor.shape) ? gradient : expandLike(gradient, tensor)

/** The tensors between the loss and the wanted ones: no gradient is built that nobody asked for. */
function dependents(loss: Tensor, wanted: readonly Tensor[]): Set<Tensor> {
  const needed = new Set(wanted)
  for (const tensor of reverseOrder(loss).reverse()) {
    if (tensor.inputs.some((input) => needed.has(input))) needed.add(tensor)
  }
  return needed
}

/** The ancestors of a tensor, itself first, each before its inputs: ids grow from inputs to results. */
export function reverseOrder(...roots: readonly Tensor[]): Tensor[] {
  const seen = new Set<Tensor>()
  const stack = [...roots]
  for (let tensor = stack.pop(); tensor; tensor = stack.pop()) {
    if (seen.has(tensor)) continue
    seen.add(tensor)
    stack.push(...tensor.inputs)
  }
  return [...seen].sort((a, b) => b.id - a.id)
}
