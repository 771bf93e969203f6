/** Runs a pass over values of the arena; done again, it does the same to what lies there then. */
import type { PassProgram, PassResult } from '../segment.js'
import { elementCount } from '../shapes.js'
import type { Arena } from './arena.js'
import type { InputKind } from './pass-code.js'
import { tableOf, writePass } from './pass-code.js'
import type { Value } from './value.js'
import { bytesOf, ownValue, placeOf, releaseValue, valueOver, viewOf } from './value.js'

/** Numbers in a row where there are no rows to keep to: a sum of all is one of so many, of few terms each, which lose fewer digits. */
const flatWidth = 512

export interface PassCall {
  readonly program: PassProgram
  /** Of each input, whether nobody reads it afterwards. */
  readonly isReleased: readonly boolean[]
}

/** Makes the results of a pass: in the places of matrices that nobody reads afterwards, where there are such. */
export function runPass(arena: Arena, inputs: readonly Value[], call: PassCall): Value[] {
  const { program } = call
  const matrix = inputs[program.isSpread.indexOf(false)]
  const columns = (matrix?.shape ?? program.results[0]?.rowShape ?? []).at(-1) ?? 1
  const rows = matrix ? matrix.length / Math.max(1, columns) : 1
  const sources = inputs.map((input, at) => sourceOf(arena, input, program.isSpread[at] === true))
  const hasRows = sources.some(({ kind }) => kind === 'row') || program.results.some(isRowOfSums)
  const width = hasRows ? columns : flatWidth
  const left = leave(arena, inputs, call, { shape: matrix?.shape ?? [], width })
  for (const { sums, isSum } of left) if (isSum) clear(arena, sums)
  const pass = { program, sources, left, steps: ownValue(arena, [program.rowSteps, width]) }
  if (hasRows) runRows(arena, pass, { first: 0, rows, width })
  else {
    // Without rows that are spread, all is one long row.
    const total = rows * columns
    const whole = Math.floor(total / width)
    runRows(arena, pass, { first: 0, rows: whole, width })
    runRows(arena, pass, { first: whole * width, rows: 1, width: total - whole * width })
  }
  releaseValue(arena, pass.steps)
  for (const { out, sums } of left) if (sums !== out) sumUp(arena, sums, out)
  return left.map(({ out }) => out)
}

function clear(arena: Arena, sums: Value): void {
  const view = viewOf(arena, sums)
  arena.do(() => {
    view().fill(0)
  })
}

const isRowOfSums = ({ isSum, rowShape }: PassResult): boolean => isSum && elementCount(rowShape ?? []) > 1

/** Where an input is read, and how. */
interface Source {
  readonly kind: InputKind
  readonly place: number
  /** Of bytes. */
  readonly scale: number
}

function sourceOf(arena: Arena, input: Value, isSpread: boolean): Source {
  const bytes = isSpread ? null : bytesOf(arena, input)
  if (bytes) return { kind: 'bytes', ...bytes }
  const ofRow = input.length === 1 ? 'number' : 'row'
  return { kind: isSpread ? ofRow : 'matrix', place: placeOf(arena, input), scale: 1 }
}

/** A result, and what is summed on the way to it: of one number a row of sums. */
interface Left extends PassResult {
  readonly out: Value
  readonly sums: Value
}

function leave(
  arena: Arena,
  inputs: readonly Value[],
  { program, isReleased }: PassCall,
  { shape, width }: { readonly shape: readonly number[]; readonly width: number },
): Left[] {
  const free = inputs.filter((input, at) => isReleased[at] === true && !program.isSpread[at] && input.place >= 0)
  return program.results.map((result) => {
    const over = result.rowShape ? undefined : free.pop()
    const out = over ? valueOver(arena, over, 'place') : ownValue(arena, result.rowShape ?? shape)
    return { ...result, out, sums: result.isSum && out.length === 1 ? ownValue(arena, [width]) : out }
  })
}

/** Sixteen sums of some of them first, of few terms each. In JavaScript every one would be an object until the loop is compiled. */
function sumUp(arena: Arena, sums: Value, out: Value): void {
  const columns = sums.length % 16 === 0 ? 16 : 1
  const [from, to, { length }, { kernels }] = [sums.place, out.place, sums, arena]
  arena.do(() => {
    if (columns > 1) kernels.sumRows(from, from, length / columns, columns)
    kernels.sumRows(from, to, columns > 1 ? columns : length, 1)
  })
  releaseValue(arena, sums)
}

interface Pass {
  readonly program: PassProgram
  readonly sources: readonly Source[]
  readonly left: readonly Left[]
  /** A row for each step that is the same for all rows. */
  readonly steps: Value
}

/** Runs the pass over some rows, from the element `first` of each matrix on. */
function runRows(
  arena: Arena,
  { program, sources, left, steps }: Pass,
  { first, rows, width }: { readonly first: number; readonly rows: number; readonly width: number },
): void {
  if (rows === 0 || width === 0) return
  const kinds = sources.map(({ kind }) => kind)
  const entries = tableOf(program, kinds)
  const table = arena.allocateLasting(4 * entries.length)
  const [places, scales] = [arena.int32(table, entries.length), arena.float32(table, entries.length)]
  for (const [at, entry] of entries.entries()) {
    if (entry.of === 'scale') scales[at] = sources[entry.input]?.scale ?? 1
    else if (entry.of === 'input') places[at] = placeFrom(sources[entry.input], first)
    else if (entry.of === 'rowStep') places[at] = steps.place + 4 * width * entry.step
    else places[at] = placeOfResult(left[entry.result], first)
  }
  const run = arena.written(program, kinds.join(), () => writePass(program, kinds))
  arena.do(() => {
    run(table, rows, width)
  })
}

function placeFrom({ kind, place }: Source = { kind: 'row', place: 0, scale: 1 }, first: number): number {
  if (kind === 'matrix') return place + 4 * first
  return kind === 'bytes' ? place + first : place
}

const placeOfResult = (left: Left | undefined, first: number): number =>
  left ? left.sums.place + (left.isSum ? 0 : 4 * first) : 0
