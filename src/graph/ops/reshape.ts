import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import type { Parts, SplitValue } from '../split.js'
import { none } from '../split-rules.js'
import type { Shape, Tensor } from '../tensor.js'
import { elementCount } from '../shapes.js'
import { reshapeLike } from './reshape-like.js'

export const reshapeOp: Op = {
  name: 'reshape',
  linearIn: 'all',
  shape: (_, { shape }) => shape as Shape,
  gradient: ({ inputs: [x] }, g) => [x ? reshapeLike(g, x) : null],
  split(tensor, [x = none], context) {
    const { shape } = tensor
    const reshaped = (parts: Parts, target: Shape): Parts => context.map(parts, (part) => reshape(part, target))
    const place = x.segments.length > 1 ? newPlace(x, shape) : null
    if (!place) return context.whole(shape, reshaped(context.join(x), shape))
    const segments = x.segments.map(({ size: old, parts }) => {
      const size = (old * place.factor) / place.divisor
      return {
        size,
        parts: reshaped(
          parts,
          shape.map((same, axis) => (axis === place.axis ? size : same)),
        ),
      }
    })
    return context.value(shape, place.axis, segments)
  },
  emit(writer, { shape }, { inputs: [x = ''], output }) {
    writer.node('Reshape', [x, writer.integers(shape.map((size) => (typeof size === 'number' ? size : -1)))], [output])
  },
}

/** The axis of the new shape that the segments lie along, if there is one: its elements are those of the old one. */
function newPlace(
  { shape, axis, segments }: SplitValue,
  target: Shape,
): { axis: number; factor: number; divisor: number } | null {
  const factor = elementCount(shape.slice(axis + 1))
  const block = elementCount(shape.slice(axis))
  for (let place = target.length - 1; place >= 0; place--) {
    const divisor = elementCount(target.slice(place + 1))
    const isSame = typeof target[place] === 'number' && elementCount(target.slice(place)) === block
    if (isSame && segments.every(({ size }) => (size * factor) % divisor === 0)) return { axis: place, factor, divisor }
  }
  return null
}

/** The elements in row-major order in another shape; at most one dimension may be symbolic. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (shape.filter((size) => typeof size !== 'number').length > 1)
    throw shapeMismatch({ op: 'reshape', expected: 'one symbolic dimension at most', got: [shape] })
  const isKnown = [...x.shape, ...shape].every((size) => typeof size === 'number')
  if (isKnown && elementCount(x.shape) !== elementCount(shape))
    throw shapeMismatch({ op: 'reshape', expected: 'as many elements as before', got: [x.shape, shape] })
  return x.graph.node(reshapeOp, [x], { shape })
}
