/**
 * DeepLIFT's Rescale rule on the graph (Shrikumar et al. 2017, §3): a multiplier says how much of a result's difference from a reference
 * each unit of an input's difference makes. Linear operations pass multipliers on as they pass gradients; a function of single elements
 * has Δout/Δin. What is neither, such as a product of two tensors that both move, stays open.
 */
import { differentiate, reverseOrder } from './differentiate.js'
import { absolute } from './ops/absolute.js'
import { add } from './ops/add.js'
import { divide } from './ops/divide.js'
import { expandLike } from './ops/expand-like.js'
import { multiply } from './ops/multiply.js'
import { subtract } from './ops/subtract.js'
import { sum } from './ops/sum.js'
import { where } from './ops/where.js'
import { sameShape } from './shapes.js'
import { substitute } from './substitute.js'
import type { Tensor } from './tensor.js'

/** Differences below it are taken for none: the gradient stands in for Δout/Δin. */
const leastDifference = 1e-9

export interface Multipliers {
  /** One tensor for each input, of its shape or one that broadcasts to it. */
  readonly inputs: readonly Tensor[]
  /** Tensors that have no rule with the multipliers that reach them: what they pass on is for others to say. */
  readonly open: readonly { readonly tensor: Tensor; readonly multiplier: Tensor }[]
  /** Whether no function of single elements was met either: then multipliers are gradients. */
  readonly isLinear: boolean
  /** The output for the reference. */
  readonly reference: Tensor
}

/** Multipliers of a scalar output; `references` replace the inputs, one for each. */
export function multipliersOf(output: Tensor, inputs: readonly Tensor[], references: readonly Tensor[]): Multipliers {
  const moving = movingTensors(output, inputs)
  const copies = substitute([output], new Map(inputs.map((input, index) => [input, references[index] ?? input])))
  const reached = new Map<Tensor, Tensor>([[output, output.graph.constant(1)]])
  const pass = (to: Tensor, multiplier: Tensor): void => {
    const earlier = reached.get(to)
    reached.set(to, earlier ? add(earlier, multiplier) : multiplier)
  }
  const open: { tensor: Tensor; multiplier: Tensor }[] = []
  let isLinear = true
  for (const tensor of reverseOrder(output)) {
    const multiplier = reached.get(tensor)
    if (!multiplier || !moving.has(tensor) || tensor.inputs.length === 0) continue
    if (isLinearIn(tensor, moving)) {
      passGradients(tensor, multiplier, (input, part) => {
        if (moving.has(input)) pass(input, part)
      })
      continue
    }
    isLinear = false
    const root = elementwiseRoot(tensor, moving)
    if (root) pass(root, multiply(multiplier, slope(tensor, root, copies)))
    else open.push({ tensor, multiplier: spread(multiplier, tensor) })
  }
  const zero = output.graph.constant(0)
  return {
    inputs: inputs.map((input) => spread(reached.get(input) ?? zero, input)),
    open,
    isLinear,
    reference: copies.get(output) ?? output,
  }
}

const spread = (multiplier: Tensor, tensor: Tensor): Tensor =>
  sameShape(multiplier.shape, tensor.shape) ? multiplier : expandLike(multiplier, tensor)

/** What depends on the values of the inputs. */
function movingTensors(output: Tensor, inputs: readonly Tensor[]): ReadonlySet<Tensor> {
  const moving = new Set(inputs)
  for (const tensor of reverseOrder(output).reverse()) {
    if (movingInputs(tensor, moving).length > 0) moving.add(tensor)
  }
  return moving
}

/** Places of the inputs that move. */
function movingInputs({ op, inputs }: Tensor, moving: ReadonlySet<Tensor>): number[] {
  return inputs.flatMap((input, index) =>
    moving.has(input) && op.readsShapeOf?.includes(index) !== true ? [index] : [],
  )
}

function isLinearIn(tensor: Tensor, moving: ReadonlySet<Tensor>): boolean {
  const { linearIn = [] } = tensor.op
  if (linearIn === 'all') return true
  const places = movingInputs(tensor, moving)
  return linearIn.some((set) => places.every((place) => set.includes(place)))
}

function passGradients(tensor: Tensor, multiplier: Tensor, pass: (input: Tensor, part: Tensor) => void): void {
  const { op, inputs } = tensor
  const parts = op.gradient(tensor, op.isElementwise ? multiplier : spread(multiplier, tensor))
  for (const [index, input] of inputs.entries()) {
    const part = parts[index]
    if (part) pass(input, part)
  }
}

/**
 * The tensor of which another is a function element by element, through any number of operations (gelu is nine of them); null where
 * there is none. The newest tensor is opened first, so the root is the nearest one.
 */
function elementwiseRoot(tensor: Tensor, moving: ReadonlySet<Tensor>): Tensor | null {
  const inputsOf = (one: Tensor): Tensor[] => movingInputs(one, moving).flatMap((place) => one.inputs[place] ?? [])
  let front = [tensor]
  do {
    const newest = front.reduce((a, b) => (a.id > b.id ? a : b))
    if (newest.op.isElementwise !== true || !sameShape(newest.shape, tensor.shape)) return null
    front = [...new Set([...front.filter((one) => one !== newest), ...inputsOf(newest)])]
  } while (front.length > 1)
  const [root] = front
  return root && sameShape(root.shape, tensor.shape) ? root : null
}

/** Δout/Δin, with the gradient where Δin is tiny. */
function slope(tensor: Tensor, root: Tensor, copies: ReadonlyMap<Tensor, Tensor>): Tensor {
  const { graph } = tensor
  const moved = subtract(root, copies.get(root) ?? root)
  const risen = subtract(tensor, copies.get(tensor) ?? tensor)
  const isFar = subtract(absolute(moved), graph.constant(leastDifference))
  const total = sum(
    tensor,
    tensor.shape.map((_, axis) => axis),
  )
  const [gradient = graph.constant(0)] = differentiate(total, [root])
  return where(isFar, divide(risen, where(isFar, moved, graph.constant(1))), gradient)
}
