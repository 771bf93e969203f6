/** Shape arithmetic shared by operations. */
import { shapeMismatch } from './errors.js'
import type { Dimension, Shape } from './tensor.js'

/** Whether two shapes are the same, symbolic names included. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis])

/** How many elements the known sizes span; symbolic ones count as 1. */
export const elementCount = (shape: Shape): number =>
  shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1)

/** NumPy's broadcasting; a symbolic dimension goes with itself and with 1. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1
    const y = b[axis - rank + b.length] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw shapeMismatch({ op, expected: 'shapes that broadcast', got: [a, b] })
    return x === 1 ? y : x
  })
}

/** An axis counted from the end when negative, checked against the rank. */
export function normalAxis(op: string, shape: Shape, axis: number): number {
  const normal = axis < 0 ? axis + shape.length : axis
  if (normal < 0 || normal >= shape.length)
    throw shapeMismatch({ op, expected: `an axis of a tensor of rank ${String(shape.length)}`, got: [axis] })
  return normal
}

/** The dimension at an axis that is known to exist. */
export const dimensionAt = (shape: Shape, axis: number): Dimension => shape[axis] ?? 1

/** A dimension that must be a known number. */
export function knownDimension(op: string, shape: Shape, axis: number): number {
  const size = shape[axis]
  if (typeof size !== 'number')
    throw shapeMismatch({ op, expected: `a known size of axis ${String(axis)}`, got: [shape] })
  return size
}
