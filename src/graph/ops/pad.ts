import type { Op } from '../op.js'
import { knownDimension } from '../shapes.js'
import type { Tensor } from '../tensor.js'
import { slice } from './slice.js'

interface PadAttributes {
  readonly axis: number
  readonly before: number
  readonly after: number
}

const padAttributes = (tensor: Tensor): PadAttributes => tensor.attributes as unknown as PadAttributes

export const padOp: Op = {
  name: 'pad',
  linearIn: 'all',
  shape: ([shape = []], { axis, before, after }) =>
    shape.map((size, index) =>
      index === axis ? knownDimension('pad', shape, index) + (before as number) + (after as number) : size,
    ),
  gradient: (tensor, g) => {
    const { axis, before, after } = padAttributes(tensor)
    return [slice(g, axis, before, knownDimension('pad', tensor.shape, axis) - after)]
  },
  emit(writer, tensor, { inputs: [x = ''], output }) {
    const { axis, before, after } = padAttributes(tensor)
    const ends = (value: number): number[] => tensor.shape.map((_, index) => (index === axis ? value : 0))
    writer.node('Pad', [x, writer.integers([...ends(before), ...ends(after)])], [output])
  },
}

/** Zeros before and after an axis of known size: the gradient of a slice. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return x.graph.node(padOp, [x], { axis, before, after })
}
