import { shapeMismatch } from '../errors.js'
import type { Op } from '../op.js'
import { knownDimension, normalAxis } from '../shapes.js'
import { none } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { pad } from './pad.js'

export const sliceOp: Op = {
  name: 'slice',
  linearIn: 'all',
  shape: ([shape = []], { axis, start, end }) => {
    const size = knownDimension('slice', shape, axis as number)
    if ((start as number) < 0 || (end as number) > size || (start as number) >= (end as number)) {
      throw shapeMismatch({ op: 'slice', expected: `a range within [0, ${String(size)}]`, got: [start, end] })
    }
    return shape.map((old, index) => (index === axis ? (end as number) - (start as number) : old))
  },
  gradient: ({ inputs: [x], attributes }, g) => {
    const { axis, start, end } = attributes as { axis: number; start: number; end: number }
    return [x ? pad(g, axis, start, knownDimension('slice', x.shape, axis) - end) : null]
  },
  split(tensor, [x = none], context) {
    const { axis, start, end } = tensor.attributes as { axis: number; start: number; end: number }
    if (x.segments.length === 1 || x.axis !== axis) {
      const cut = x.segments.map(({ size, parts }) => ({ size, parts: context.cut(parts, axis, [start, end]) }))
      return context.value(tensor.shape, x.axis, cut)
    }
    let first = 0
    const segments = x.segments.flatMap(({ size, parts }) => {
      const [from, to] = [Math.max(start - first, 0), Math.min(end - first, size)]
      first += size
      return from < to ? [{ size: to - from, parts: context.cut(parts, axis, [from, to]) }] : []
    })
    return context.value(tensor.shape, axis, segments)
  },
  emit(writer, { attributes }, { inputs: [x = ''], output }) {
    const { axis, start, end } = attributes as { axis: number; start: number; end: number }
    writer.node('Slice', [x, writer.integers([start]), writer.integers([end]), writer.integers([axis])], [output])
  },
}

/** The part `[start, end)` of an axis (negative: from the end). */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  return x.graph.node(sliceOp, [x], { axis: normalAxis('slice', x.shape, axis), start, end })
}
