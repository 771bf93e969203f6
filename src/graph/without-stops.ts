import { reverseOrder } from './differentiate.js'
import { stopGradientOp } from './ops/stop-gradient.js'
import { substitute } from './substitute.js'
import type { Tensor } from './tensor.js'

/** The same outputs without the marks at which gradients stop: once these are built, nothing is left to be told. */
export function withoutStops(outputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  const tensors = Object.values(outputs)
  const stops = reverseOrder(...tensors).filter(({ op }) => op === stopGradientOp)
  const copies = substitute(tensors, new Map(stops.map((stop) => [stop, stop.inputs[0] ?? stop])))
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, copies.get(tensor) ?? tensor]))
}
