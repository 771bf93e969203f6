import type { Op } from '../op.js'
import { normalAxis } from '../shapes.js'
import { none } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { expandLike } from './expand-like.js'
import { reshape } from './reshape.js'
import { reshapeLike } from './reshape-like.js'

export const sumOp: Op = {
  name: 'sum',
  linearIn: 'all',
  pass: 'sumRows',
  shape: ([shape = []], { axes, keepDimensions }) => {
    const reduced = new Set((axes as number[]).map((axis) => normalAxis('sum', shape, axis)))
    return keepDimensions === true
      ? shape.map((size, axis) => (reduced.has(axis) ? 1 : size))
      : shape.filter((_, axis) => !reduced.has(axis))
  },
  gradient: ({ inputs: [x], attributes }, g) => {
    if (!x) return []
    if (attributes['keepDimensions'] === true) return [expandLike(g, x)]
    if (g.shape.length === 0) return [expandLike(g, x)]
    const kept = sumOp.shape([x.shape], { ...attributes, keepDimensions: true })
    // A reshape holds one unknown size; with two, the sum itself is made again, for its shape.
    const isPlain = kept.filter((size) => typeof size !== 'number').length <= 1
    return [expandLike(isPlain ? reshape(g, kept) : reshapeLike(g, sum(x, attributes['axes'] as number[], true)), x)]
  },
  split(tensor, [x = none], context) {
    const axes = tensor.attributes['axes'] as number[]
    const keeps = tensor.attributes['keepDimensions'] === true
    const summed = x.segments.map(({ size, parts }) => ({
      size,
      parts: context.map(parts, (part) => sum(part, axes, keeps)),
    }))
    if (x.segments.length === 1 || axes.includes(x.axis)) {
      const total = summed.reduce((all, { parts }) => context.sum(all, parts, tensor.shape), {})
      return context.whole(tensor.shape, total)
    }
    const before = keeps ? 0 : axes.filter((axis) => axis < x.axis).length
    return context.value(tensor.shape, x.axis - before, summed)
  },
  emit(writer, { attributes }, { inputs: [x = ''], output }) {
    writer.node('ReduceSum', [x, writer.integers(attributes['axes'] as number[])], [output], {
      keepdims: Number(attributes['keepDimensions']),
    })
  },
}

/** Sums over axes (negative: from the end); over none it is the tensor itself. */
export function sum(x: Tensor, axes: readonly number[], keepDimensions = false): Tensor {
  // ONNX takes an empty list of axes for all of them.
  if (axes.length === 0) return x
  const sorted = axes.map((axis) => normalAxis('sum', x.shape, axis)).sort((a, b) => a - b)
  return x.graph.node(sumOp, [x], { axes: sorted, keepDimensions })
}
