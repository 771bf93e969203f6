import type { KernelCall } from '../op.js'
import { sameShape } from '../shapes.js'
import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { binaryOp, sameShapeKernel } from './elementwise.js'
import { heavisideOp } from './heaviside.js'

export const multiplyOp = binaryOp('multiply', 'Mul', (_, [a, b], g) => [multiply(g, b), multiply(g, a)], {
  linearIn: [[0], [1]],
  split: elementwise(0, 1),
  pass: 'multiply',
  kernel: (tensor, isReadElsewhere) => maskKernel(tensor) ?? plainKernel(tensor, isReadElsewhere),
})

const plainKernel = sameShapeKernel('multiply')

/** The gradient of relu needs no tensor of zeros and ones. */
function maskKernel({ shape, inputs: [a, b] }: Tensor): KernelCall | null {
  const [y] = b?.op === heavisideOp ? b.inputs : []
  return a && y && sameShape(a.shape, shape) && sameShape(y.shape, shape)
    ? { kernel: 'multiplyHeaviside', inputs: [a, y] }
    : null
}

/** `a · b`, element by element, with broadcasting. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  return a.graph.node(multiplyOp, [a, b])
}
