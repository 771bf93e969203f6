/** Rules that several operations share. */
import type { Parts, SplitContext, SplitRule, SplitValue } from './split.js'
import type { Tensor } from './tensor.js'

/** Nothing: what stands for an operand that an operation always has. */
export const none: SplitValue = { shape: [], axis: 0, segments: [] }

/** Whether an operand is made from parameters alone. */
export const isConstant = (parts: Parts | undefined): parts is { readonly constant: Tensor } =>
  parts?.constant !== undefined

/** Element by element: column by column, and summand by summand in the operands named, where all others are constants. */
export const elementwise =
  (...linearIn: readonly number[]): SplitRule =>
  (tensor, operands, context) => {
    const { axis, pieces } = context.align(tensor, operands)
    const segments = pieces.map(({ size, operands: own }) => ({
      size,
      parts: distributed(tensor, own, { linearIn, context }) ?? context.apply(tensor, own),
    }))
    return context.value(tensor.shape, axis, segments)
  }

function distributed(
  { op, attributes }: Tensor,
  operands: readonly Parts[],
  { linearIn, context }: { linearIn: readonly number[]; context: SplitContext },
): Parts | null {
  const [varying = -1, ...others] = operands.flatMap((parts, index) => (isConstant(parts) ? [] : [index]))
  const parts = operands[varying]
  if (!parts || others.length > 0 || !linearIn.includes(varying)) return null
  return context.map(parts, (part, kind) => {
    const inputs = operands.map((operand) => (isConstant(operand) ? context.constantIn(operand.constant, kind) : part))
    return part.graph.node(op, inputs, attributes)
  })
}

/** `a + f(b)` with a linear `f`: kind by kind. */
export const additive =
  (f: (b: Tensor) => Tensor): SplitRule =>
  (tensor, operands, context) => {
    const { axis, pieces } = context.align(tensor, operands)
    const segments = pieces.map(({ size, shape, operands: [a = {}, b = {}] }) => ({
      size,
      parts: context.sum(a, context.map(b, f), shape),
    }))
    return context.value(tensor.shape, axis, segments)
  }
