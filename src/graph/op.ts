/** What an operation is: one file in `ops/`, one line in `operations.ts`. */
import type { KernelFlags, KernelName, PassStep } from './segment.js'
import type { SplitRule } from './split.js'
import type { Attributes, Shape, Tensor } from './tensor.js'

export interface Op {
  readonly name: string
  /** The shape of the result; throws when the inputs do not fit. */
  shape(inputs: readonly Shape[], attributes: Attributes): Shape
  /**
   * The gradients of the loss with respect to each input, given that of the result (`null`: none). `outputGradient` has the
   * result's shape, unless `isElementwise`, where it may be anything that broadcasts to it.
   */
  gradient(tensor: Tensor, outputGradient: Tensor): readonly (Tensor | null)[]
  /** Writes the ONNX nodes that compute `output` from `inputs` (names). */
  emit(writer: NodeWriter, tensor: Tensor, names: { readonly inputs: readonly string[]; readonly output: string }): void
  /** The gradient need not be spread to the full shape first: saves passes over large tensors. */
  readonly isElementwise?: boolean
  /** Sets of inputs in which the result is linear (or affine) while the other inputs stand still. Absent: in none. */
  readonly linearIn?: 'all' | readonly (readonly number[])[]
  /** Inputs of which only the shape is read. Absent: none. */
  readonly readsShapeOf?: readonly number[]
  /** How it distributes over what comes from an item and what from a request. Default: it does not. */
  readonly split?: SplitRule
  /**
   * The kernel that computes it, for executors that have kernels of their own; `null` where these shapes have none. `isReadElsewhere`
   * tells whether others than this tensor read an input, which then must be computed anyway.
   */
  kernel?(tensor: Tensor, isReadElsewhere: (input: Tensor) => boolean): KernelCall | null
  /**
   * What it is within a pass over rows that computes several operations: a step, element by element; the spreading of one row or number; the
   * sum, or the number, of rows. Absent: no part of one.
   */
  readonly pass?: PassStep | 'spread' | 'sumRows' | 'countRows'
  /** Multiplications of a matrix product, symbolic sizes counted as 1. Default 0. */
  multiplications?(tensor: Tensor): number
}

/** A kernel and what it reads, which may lie further back than the tensor's own inputs. */
export interface KernelCall extends KernelFlags {
  readonly kernel: KernelName
  readonly inputs: readonly Tensor[]
}

/** Where an operation writes its ONNX nodes. */
export interface NodeWriter {
  /** ONNX's element type of all float tensors: 1 (float) or 11 (double). */
  readonly elementType: number
  node(type: string, inputs: readonly string[], outputs: readonly string[], attributes?: OnnxAttributes): void
  /** A fresh name for an intermediate value. */
  fresh(): string
  /** Name of an int64 initializer with these values (axes, shapes, indices). */
  integers(values: readonly number[]): string
  /** Name of a float scalar initializer. */
  scalar(value: number): string
}

/** Integers, lists of integers and floats (as `{ float }`). */
export type OnnxAttributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>
