/**
 * Finds passes: operations that lie between products, element by element, computed row by row in one go. What only other passes read is made
 * anew in each of them and never stored, since a few operations cost less than the way to memory and back.
 */
import type { KernelCall, Op } from '../op.js'
import type { PassResult, PassStep } from '../segment.js'
import { passSteps } from '../segment.js'
import { sameShape } from '../shapes.js'
import type { Shape, Tensor } from '../tensor.js'
import { constantOp } from '../tensor.js'

/** Steps of one pass, whose values then are in registers or at hand. What goes further back is computed before. */
const mostSteps = 24

/** Steps that cost as much as so many cost more than to store what they make, where two others read it. */
const dearSteps = 5
/** Of the steps that are whole series. Default 1. */
const costs: Partial<Record<PassStep, number>> = { sigmoid: dearSteps, softplus: dearSteps }

/** Whether it is cheaper to store a tensor that several passes read than to make it anew in each. */
export function isDear(tensor: Tensor, isStored: IsStored): boolean {
  const { steps = [], rowSteps = 0 } = isMatrix(tensor.shape) ? (passOf(tensor, isStored)?.pass ?? {}) : {}
  return steps.slice(rowSteps).reduce((sum, { step }) => sum + (costs[step] ?? 1), 0) >= dearSteps
}

/** Tells whether a tensor is stored. */
export type IsStored = (tensor: Tensor) => boolean

/** The pass that computes a tensor; `null`: it is none. */
export function passOf(tensor: Tensor, isStored: IsStored): KernelCall | null {
  const [x] = tensor.inputs
  if (tensor.op.pass === 'countRows') return x ? countOf(tensor, x, isStored) : null
  const domain = domainOf(tensor)
  return domain && passOver(domain, [tensor], (read) => read !== tensor && isStored(read))
}

/** The shape over which the pass of a tensor goes: that of the matrix where it is a sum; `null`: there is no such pass. */
export function domainOf({ op, inputs: [x], shape }: Tensor): Shape | null {
  if (op.pass === undefined || op.pass === 'countRows' || !x) return null
  const isSum = op.pass === 'sumRows'
  if (isSum && !isSumOfRows(x.shape, shape)) return null
  const domain = isSum ? x.shape : shape
  return isRow(domain) || isMatrix(domain) ? domain : null
}

/** One pass that computes several tensors; `null`: there is none. */
export function passOver(domain: Shape, tensors: readonly Tensor[], isStored: IsStored): KernelCall | null {
  const expression = createExpression(domain, isStored)
  const results = tensors.map((tensor) => {
    const isSum = tensor.op.pass === 'sumRows'
    const of = expression.operandOf((isSum ? tensor.inputs[0] : undefined) ?? tensor)
    return { of, isSum, rowShape: isSum || isRow(tensor.shape) ? (tensor.shape as readonly number[]) : null }
  })
  return expression.call(results)
}

export const isMatrix = (shape: Shape): boolean => shape.length === 2 && shape[0] !== 1
const isRow = (shape: Shape): boolean => widthOf(shape) !== undefined && shape.slice(0, -1).every((size) => size === 1)
const isNumber = (shape: Shape): boolean => shape.every((size) => size === 1)

/** A number counts as a row of one. */
function widthOf(shape: Shape): number | undefined {
  const width = shape.at(-1) ?? 1
  return shape.length <= 2 && typeof width === 'number' ? width : undefined
}

/** Whether a sum of that shape is one row, the sum of a matrix over its rows, or the sum of all that is in it. */
const isSumOfRows = (from: Shape, to: Shape): boolean =>
  isMatrix(from) && widthOf(from) !== undefined && (isNumber(to) || (isRow(to) && widthOf(from) === widthOf(to)))

/** How many rows a matrix has is read of whichever is stored, of those that it is made of row by row. */
function countOf({ attributes }: Tensor, counted: Tensor, isStored: IsStored): KernelCall | null {
  const axes = attributes['axes'] as readonly number[]
  if (!isMatrix(counted.shape) || axes.length !== 1 || axes[0] !== 0) return null
  let source = counted
  for (;;) {
    const made =
      isStepOf(source.op) && !isStored(source)
        ? source.inputs.find(({ shape }) => sameShape(shape, source.shape))
        : undefined
    if (!made) return { kernel: 'countRows', inputs: [source] }
    source = made
  }
}

const isStepOf = (op: Op): op is Op & { readonly pass: PassStep } =>
  (passSteps as readonly (string | undefined)[]).includes(op.pass)

interface Expression {
  /** The values of a tensor, made of steps where they are not stored. */
  operandOf(tensor: Tensor): Operand
  call(results: readonly Result[]): KernelCall | null
}

/** Inputs, constants and steps are numbered apart until all of them are known. */
interface Operand {
  readonly of: 'input' | 'constant' | 'step'
  readonly at: number
}

interface Result extends Omit<PassResult, 'operand'> {
  readonly of: Operand
}

function createExpression(domain: Shape, isStored: IsStored): Expression {
  const inputs: Tensor[] = []
  const constants: number[] = []
  const steps: { step: PassStep; operands: readonly Operand[] }[] = []
  const known = new Map<Tensor, Operand>()
  const fits = ({ shape }: Tensor): boolean =>
    sameShape(shape, domain) || isNumber(shape) || (isRow(shape) && widthOf(shape) === widthOf(domain))
  let begun = 0
  const isWithin = (tensor: Tensor): boolean =>
    sameShape(tensor.shape, domain) && !isStored(tensor) && begun < mostSteps
  const made = (tensor: Tensor): Operand => {
    const { op, inputs: read, attributes } = tensor
    const [x] = read
    if (op === constantOp && isNumber(tensor.shape))
      return { of: 'constant', at: constants.push(...(attributes['values'] as readonly number[])) - 1 }
    if (isWithin(tensor) && op.pass === 'spread' && x && fits(x)) return operandOf(x)
    if (!isWithin(tensor) || !isStepOf(op) || !read.every(fits)) return { of: 'input', at: inputs.push(tensor) - 1 }
    begun++
    const operands = read.map(operandOf)
    return { of: 'step', at: steps.push({ step: op.pass, operands }) - 1 }
  }
  const operandOf = (tensor: Tensor): Operand => {
    const operand = known.get(tensor) ?? made(tensor)
    known.set(tensor, operand)
    return operand
  }
  return {
    operandOf,
    call(results) {
      const isSpread = inputs.map(({ shape }) => !isMatrix(shape))
      // Rows are counted of a matrix.
      if (isMatrix(domain) && isSpread.every(Boolean)) return null
      if (results.some(({ of, isSum }) => (isSum ? of.of === 'constant' : of.of !== 'step'))) return null
      const numbered = inOrder(steps, isSpread, !isMatrix(domain))
      const first = { input: 0, constant: inputs.length, step: inputs.length + constants.length }
      const placeOf = ({ of, at }: Operand): number => first[of] + (of === 'step' ? numbered.order.indexOf(at) : at)
      const program = numbered.order.flatMap((at) => {
        const { step, operands } = steps[at] ?? {}
        return step && operands ? [{ step, operands: operands.map(placeOf) }] : []
      })
      const left = results.map(({ of, ...form }) => ({ operand: placeOf(of), ...form }))
      const { rowSteps } = numbered
      return { kernel: 'pass', inputs, pass: { isSpread, constants, steps: program, rowSteps, results: left } }
    },
  }
}

/** Steps with those first that are the same for every row: they are of rows and numbers alone. Where there is one row, none need be. */
function inOrder(
  steps: readonly { readonly operands: readonly Operand[] }[],
  isSpread: readonly boolean[],
  isOneRow: boolean,
): { readonly order: readonly number[]; readonly rowSteps: number } {
  const ofRow: boolean[] = []
  for (const { operands } of steps)
    ofRow.push(
      !isOneRow &&
        operands.every(({ of, at }) => of === 'constant' || (of === 'step' ? ofRow[at] : isSpread[at]) === true),
    )
  const places = [...steps.keys()]
  const early = places.filter((at) => ofRow[at])
  return { order: [...early, ...places.filter((at) => !ofRow[at])], rowSteps: early.length }
}
