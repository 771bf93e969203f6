import { reverseOrder } from './differentiate.js'
import { stopGradientOp } from './ops/stop-gradient.js'
import type { Tensor } from './tensor.js'

/** The same outputs without the marks at which gradients stop: once these are built, nothing is left to be told. */
export function withoutStops(outputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  const copies = new Map<Tensor, Tensor>()
  const copyOf = (tensor: Tensor): Tensor => copies.get(tensor) ?? tensor
  for (const tensor of reverseOrder(...Object.values(outputs)).reverse()) {
    const { op, inputs, attributes } = tensor
    const [x = tensor] = inputs
    if (op === stopGradientOp) copies.set(tensor, copyOf(x))
    else if (inputs.some((input) => copies.has(input)))
      copies.set(tensor, tensor.graph.node(op, inputs.map(copyOf), attributes))
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, copyOf(tensor)]))
}
