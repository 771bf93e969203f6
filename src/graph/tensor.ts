/**
 * The symbolic tensor graph. A tensor is a handle: which operation made it from which tensors, and its shape. Nothing is
 * computed here; the same operation on the same tensors gives the same handle, so common subexpressions exist once.
 */
import { shapeMismatch } from './errors.js'
import type { Op } from './op.js'
import { elementCount, sameShape } from './shapes.js'

/** A known size, or the name of one that is known only at run time, such as `'batch'`. */
export type Dimension = number | string
export type Shape = readonly Dimension[]

export interface Tensor {
  readonly id: number
  readonly graph: Graph
  readonly op: Op
  readonly inputs: readonly Tensor[]
  readonly attributes: Attributes
  readonly shape: Shape
}

export type Attributes = Readonly<Record<string, Attribute>>
export type Attribute = number | string | boolean | readonly (number | string)[]

export class Graph {
  private readonly known = new Map<string, Tensor>()
  private readonly inputShapes = new Map<string, Shape>()
  private count = 0

  /** Declares an input; parameters are inputs too (weights as inputs when training, constants when serving). */
  input(name: string, shape: Shape): Tensor {
    const earlier = this.inputShapes.get(name)
    if (earlier && !sameShape(earlier, shape))
      throw shapeMismatch({ op: `the input "${name}"`, expected: 'one shape', got: [earlier, shape] })
    this.inputShapes.set(name, shape)
    return this.node(inputOp, [], { name, shape })
  }

  /** A constant: one number, or values in row-major order. */
  constant(values: number | readonly number[], shape: readonly number[] = []): Tensor {
    const list = typeof values === 'number' ? [values] : values
    if (list.length !== elementCount(shape))
      throw shapeMismatch({ op: 'constant', expected: 'as many values as its shape', got: [shape, list.length] })
    return this.node(constantOp, [], { values: list, shape })
  }

  /** Makes or finds the tensor of an operation. Operations call this; models call the operations. */
  node(op: Op, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
    if (inputs.some((input) => input.graph !== this))
      throw new Error(`internal: ${op.name} joins tensors of two graphs`)
    const key = `${op.name}(${inputs.map(({ id }) => id).join(',')})${JSON.stringify(attributes, exactNumber)}`
    const found = this.known.get(key)
    if (found) return found
    const shape = op.shape(
      inputs.map((input) => input.shape),
      attributes,
    )
    const tensor: Tensor = { id: this.count++, graph: this, op, inputs, attributes, shape }
    this.known.set(key, tensor)
    return tensor
  }
}

/** JSON has one text, null, for NaN and both infinities, and writes -0 as 0: they must not be taken for one another. */
function exactNumber(_: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `#${Object.is(value, -0) ? '-0' : String(value)}`
    : value
}

/** Leaves: they have no gradient to pass on and are written by the ONNX writer itself. */
export const inputOp: Op = leaf('input')
export const constantOp: Op = leaf('constant')

function leaf(name: string): Op {
  return {
    name,
    shape: (_, attributes) => attributes['shape'] as Shape,
    gradient: () => [],
    emit: () => undefined,
  }
}
