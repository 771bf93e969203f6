/** Makers of the two common families: one input elementwise, two inputs with broadcasting. Not an operation itself. */
import type { Op } from '../op.js'
import type { KernelName } from '../segment.js'
import { broadcastShapes, sameShape } from '../shapes.js'
import type { SplitRule } from '../split.js'
import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { expandLike } from './expand-like.js'
import { sumTo } from './sum-to.js'

/** In what an operation is linear: for attribution, and for the split of a graph. Default: in nothing. Beside it, its kernel and its part in a pass. */
export interface Traits {
  readonly linearIn?: Op['linearIn']
  readonly split?: SplitRule
  readonly kernel?: NonNullable<Op['kernel']>
  readonly pass?: NonNullable<Op['pass']>
}

/** The kernel of two tensors of one shape. */
export const sameShapeKernel =
  (kernel: KernelName): NonNullable<Op['kernel']> =>
  ({ shape, inputs }) =>
    inputs.every((input) => sameShape(input.shape, shape)) ? { kernel, inputs } : null

/** An operation of one tensor, element by element, that is one ONNX node. */
export function unaryOp(
  name: string,
  onnx: string,
  gradient: (tensor: Tensor, input: Tensor, g: Tensor) => Tensor | null,
  { linearIn = [], split = elementwise(), ...traits }: Traits = {},
): Op {
  return {
    name,
    isElementwise: true,
    linearIn,
    split,
    ...traits,
    shape: ([shape = []]) => shape,
    gradient: (tensor, g) => tensor.inputs.map((input) => gradient(tensor, input, g)),
    emit: (writer, _, { inputs, output }) => {
      writer.node(onnx, inputs, [output])
    },
  }
}

type BinaryGradient = (
  tensor: Tensor,
  inputs: readonly [Tensor, Tensor],
  g: Tensor,
) => readonly [Tensor | null, Tensor | null]

/** An operation of two tensors with NumPy's broadcasting, one ONNX node; gradients are summed over broadcast axes. */
export function binaryOp(
  name: string,
  onnx: string,
  gradient: BinaryGradient,
  { linearIn = [], split = elementwise(), ...traits }: Traits = {},
): Op {
  return {
    name,
    isElementwise: true,
    linearIn,
    split,
    ...traits,
    shape: ([a = [], b = []]) => broadcastShapes(name, a, b),
    gradient: (tensor, g) => {
      const [a, b] = tensor.inputs
      if (!a || !b) throw new Error(`internal: ${name} has two inputs`)
      return gradient(tensor, [a, b], g).map((part, index) => part && unbroadcast(part, index === 0 ? a : b, tensor))
    },
    emit: (writer, _, { inputs, output }) => {
      writer.node(onnx, inputs, [output])
    },
  }
}

/** A gradient in the shape of the input it belongs to: spread to the result's shape only where a sum needs it. */
export function unbroadcast(gradient: Tensor, input: Tensor, output: Tensor): Tensor {
  if (sameShape(input.shape, output.shape)) return gradient
  return sumTo(sameShape(gradient.shape, output.shape) ? gradient : expandLike(gradient, output), input.shape)
}
