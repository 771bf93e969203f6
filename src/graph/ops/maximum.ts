import type { Tensor } from '../tensor.js'
import { binaryOp } from './elementwise.js'
import { heaviside } from './heaviside.js'
import { multiply } from './multiply.js'
import { subtract } from './subtract.js'

// At a tie the gradient goes to b, so that it is never counted twice.
export const maximumOp = binaryOp('maximum', 'Max', (_, [a, b], g) => {
  const isA = heaviside(subtract(a, b))
  return [multiply(g, isA), multiply(g, subtract(a.graph.constant(1), isA))]
})

/** The greater of the two, element by element, with broadcasting. */
export const maximum = (a: Tensor, b: Tensor): Tensor => a.graph.node(maximumOp, [a, b])
