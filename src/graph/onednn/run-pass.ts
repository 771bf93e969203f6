/** Runs a pass over values of the arena. */
import type { PassProgram } from '../segment.js'
import { passSteps } from '../segment.js'
import type { Arena } from './arena.js'
import type { Value } from './value.js'
import { ownValue, placeOf, releaseValue, valueOver } from './value.js'

/** Floats of a row where there are no rows to keep to: the rows of all values of a pass lie in a first-level cache. */
const flatWidth = 512

/** A place, and the bytes from one of its rows to the next. */
type Operand = readonly [place: number, stride: number]

/** A pass, and of each input whether nobody reads it afterwards. */
export interface PassCall extends PassProgram {
  readonly isReleased: readonly boolean[]
}

/** Makes the result of a pass: in the place of a matrix that nobody reads afterwards, where there is one. */
export function runPass(arena: Arena, inputs: readonly Value[], program: PassCall): Value {
  const { isSpread, isSum, rowShape, isReleased } = program
  const matrix = inputs[isSpread.indexOf(false)]
  const shape = rowShape ?? matrix?.shape ?? []
  const width = (matrix?.shape ?? shape).at(-1) ?? 1
  const rows = matrix ? matrix.length / Math.max(1, width) : 1
  const places = inputs.map((input) => placeOf(arena, input))
  const over = rowShape ? undefined : inputs.find((_, at) => isReleased[at] === true && isSpread[at] === false)
  const out = over ? valueOver(arena, over, 'place') : ownValue(arena, shape)
  const hasRows = inputs.some((input, at) => isSpread[at] && input.length > 1)
  const scratch: Scratch[] = []
  // One number is the sum of a row of sums: of few terms each, which lose fewer digits.
  const isTotal = isSum && out.length === 1
  const sums = isTotal ? ownValue(arena, [hasRows ? width : flatWidth]) : out
  if (isSum || rows === 0) arena.float32(sums.place, sums.length).fill(0)
  const run = (first: number, count: number, wide: number): void => {
    const operands = operandsOf(arena, { inputs, places, program, scratch, out: sums }, { first, wide })
    takeSteps(arena, program, operands, { rows: count, width: wide })
  }
  if (hasRows || (isSum && !isTotal)) run(0, rows, width)
  else {
    // Without rows that are spread, all is one long row.
    const total = rows * width
    const whole = Math.floor(total / flatWidth)
    if (whole > 0) run(0, whole, flatWidth)
    if (total > whole * flatWidth) run(whole * flatWidth, 1, total - whole * flatWidth)
  }
  if (isTotal) {
    arena.float32(out.place, 1)[0] = arena.float32(sums.place, sums.length).reduce((sum, one) => sum + one, 0)
    releaseValue(arena, sums)
  }
  for (const { place, bytes } of scratch) arena.release(place, bytes)
  return out
}

interface Scratch {
  readonly place: number
  readonly bytes: number
}

interface Pass {
  readonly inputs: readonly Value[]
  readonly places: readonly number[]
  readonly program: PassProgram
  readonly scratch: Scratch[]
  readonly out: Value
}

/** Inputs, constants and steps, and the sums where there are any. */
function operandsOf(arena: Arena, pass: Pass, { first, wide }: { first: number; wide: number }): Operand[] {
  const { inputs, places, program, scratch, out } = pass
  const { isSpread, constants, steps, isSum } = program
  const row = (value?: number): Operand => {
    const bytes = 4 * wide
    const place = arena.allocate(bytes)
    scratch.push({ place, bytes })
    if (value !== undefined) arena.float32(place, wide).fill(value)
    return [place, 0]
  }
  const numberAt = (place: number): number => arena.float32(place, 1)[0] ?? Number.NaN
  const given = inputs.map(({ length }, at): Operand => {
    const place = places[at] ?? 0
    if (!isSpread[at]) return [place + 4 * first, 4 * wide]
    return length === 1 ? row(numberAt(place)) : [place, 0]
  })
  const made = steps.map((_, at): Operand =>
    isSum || at < steps.length - 1 ? row() : [out.place + 4 * first, 4 * wide],
  )
  return [...given, ...constants.map(row), ...made, ...(isSum ? [[out.place, 0] as const] : [])]
}

const codes = new Map<string, number>(passSteps.map((step, code) => [step, code]))

/** Writes the steps and the operands to the arena, and runs them. */
function takeSteps(
  arena: Arena,
  { steps, rowSteps, constants, isSpread, isSum }: PassProgram,
  operands: readonly Operand[],
  { rows, width }: { readonly rows: number; readonly width: number },
): void {
  const firstStep = isSpread.length + constants.length
  const code = steps.flatMap(({ step, operands: [a = 0, b = a] }, at) => [codes.get(step) ?? 0, a, b, firstStep + at])
  const sum = operands.length - 1
  // What is summed is the last step, or the only input.
  if (isSum) code.push(codes.get('add') ?? 0, sum, sum - 1, sum)
  const early = 4 * rowSteps
  const bytes = 4 * (code.length + 2 * operands.length)
  const place = arena.allocate(bytes)
  arena.int32(place, code.length + 2 * operands.length).set([...code, ...operands.flat()])
  const table = place + 4 * code.length
  if (early > 0) arena.kernels.pass(place, rowSteps, table, 0, 1, width)
  arena.kernels.pass(place + 4 * early, code.length / 4 - rowSteps, table, operands.length, rows, width)
  arena.release(place, bytes)
}
