/**
 * The symbolic tensor graph. A tensor is a handle: which operation made it from which tensors, and its shape. Nothing is
 * computed here; the same operation on the same tensors gives the same handle, so common subexpressions exist once.
 */
import type { Op } from './op.js'

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
  private count = 0

  /** Declares an input; parameters are inputs too (weights as inputs when training, constants when serving). */
  input(name: string, shape: Shape): Tensor {
    return this.node(inputOp, [], { name, shape })
  }

  /** A constant: one number, or values in row-major order. */
  constant(values: number | readonly number[], shape: readonly number[] = []): Tensor {
    return this.node(constantOp, [], { values: typeof values === 'number' ? [values] : values, shape })
  }

  /** Makes or finds the tensor of an operation. Operations call this; models call the operations. */
  node(op: Op, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
    const key = `${op.name}(${inputs.map(({ id }) => id).join(',')})${JSON.stringify(attributes)}`
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
