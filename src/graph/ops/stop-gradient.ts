import { elementwise } from '../split-rules.js'
import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'

export const stopGradientOp = unaryOp('stopGradient', 'Identity', () => null, { split: elementwise(0) })

/** The tensor itself, through which no gradient passes. */
export const stopGradient = (x: Tensor): Tensor => x.graph.node(stopGradientOp, [x])
