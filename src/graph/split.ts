/**
 * The words of the partition: which side of a ranking a tensor comes from, and how a tensor of both sides is kept apart.
 * The rules themselves stand with the operations (`Op.split`).
 */
import type { Attributes, Shape, Tensor } from './tensor.js'

/** What a tensor is made from: an item alone, a request alone, or both at once. */
export type Side = 'item' | 'request' | 'pair'
/** A constant is made from parameters alone. */
export type Kind = Side | 'constant'

/** A tensor as a sum with at most one summand of each kind; a constant stands alone. */
export type Parts = Readonly<Partial<Record<Kind, Tensor>>>

/** Some columns of a tensor along one axis. */
export interface Segment {
  readonly size: number
  readonly parts: Parts
}

/** A tensor as segments along an axis; with one segment the axis means nothing. */
export interface SplitValue {
  readonly shape: Shape
  readonly axis: number
  readonly segments: readonly Segment[]
}

/** Operands cut to the same columns of the result. */
export interface Piece {
  readonly size: number
  readonly shape: Shape
  readonly operands: readonly Parts[]
}

/** What the rules of the operations are written with. */
export interface SplitContext {
  /** The operation itself, on the side where its operands come together. */
  apply(tensor: Tensor, operands: readonly Parts[], attributes?: Attributes): Parts
  /** The operation itself on the pairs' side: what a tensor of both comes to by an operation that does not distribute. */
  together(tensor: Tensor, operands: readonly SplitValue[]): SplitValue
  /** A linear function of every summand. */
  map(parts: Parts, f: (part: Tensor, kind: Kind) => Tensor): Parts
  /** The sum of two, in a shape that both broadcast to. */
  sum(a: Parts, b: Parts, shape: Shape): Parts
  /** Every summand in a shape that it broadcasts to. */
  spread(parts: Parts, shape: Shape): Parts
  /** Columns `[start, end)` of an axis. */
  cut(parts: Parts, axis: number, range: readonly [number, number]): Parts
  /** Segments of operands that broadcast against each other, cut at the same places. */
  align(tensor: Tensor, operands: readonly SplitValue[]): { readonly axis: number; readonly pieces: readonly Piece[] }
  /** One segment: the others' columns are zero in each summand. */
  join(value: SplitValue): Parts
  /** `x·W` of a matrix, each kind's columns by their rows of W. */
  product(x: SplitValue, weights: Tensor): Parts
  /** A constant as a tensor of that kind's graph. */
  constantIn(constant: Tensor, kind: Kind): Tensor
  value(shape: Shape, axis: number, segments: readonly Segment[]): SplitValue
  whole(shape: Shape, parts: Parts): SplitValue
}

/** How an operation is made of operands that are not all of one side. */
export type SplitRule = (tensor: Tensor, operands: readonly SplitValue[], context: SplitContext) => SplitValue
