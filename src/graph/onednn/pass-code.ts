/**
 * A pass as a WebAssembly function of its own. All that lies between reading an element and leaving it stays in registers; an
 * interpreter of steps would take each through the first-level cache.
 */
import type { PassProgram } from '../segment.js'
import { spareLocals, stepCode } from './step-code.js'
import type { Code } from './wasm-code.js'
import { floats, get, int, set, whileLess, writeModule } from './wasm-code.js'

/** How an input is read: a number for each element, in float32 or as a byte times a scale; one for each column; one for all. */
export type InputKind = 'matrix' | 'bytes' | 'row' | 'number'

/** What a pass needs beside its program, as 32-bit words: places, and scales as they are. */
export type TableEntry =
  | { readonly of: 'input'; readonly input: number }
  | { readonly of: 'scale'; readonly input: number }
  /** A row for the values of a step that is the same for all rows. */
  | { readonly of: 'rowStep'; readonly step: number }
  /** Where a result goes; of a sum the row of sums. */
  | { readonly of: 'result'; readonly result: number }

/** The table of a pass, in its order. */
export const tableOf = ({ rowSteps, results }: PassProgram, kinds: readonly InputKind[]): readonly TableEntry[] => [
  ...kinds.map((_, input) => ({ of: 'input' as const, input })),
  ...kinds.flatMap((kind, input) => (kind === 'bytes' ? [{ of: 'scale' as const, input }] : [])),
  ...Array.from({ length: rowSteps }, (_, step) => ({ of: 'rowStep' as const, step })),
  ...results.map((_, result) => ({ of: 'result' as const, result })),
]

/** The function's parameters; then the number of a row, and the byte within it. */
const [table, rows, width, row, at] = [0, 1, 2, 3, 4]
const parameters = 3
const ownInts = 2
const rowBytes = int.shiftLeft(get(width), 2)

/** Writes the module of a pass; its function takes the table's place, the number of rows and the numbers in a row. */
export function writePass(program: PassProgram, kinds: readonly InputKind[]): Uint8Array<ArrayBuffer> {
  const layout = layoutOf(program, kinds)
  const { entries } = layout
  const early = program.rowSteps > 0 ? overRow((spot) => rowStepsAt(layout, spot)) : []
  const eachRow = [
    ...overRow((spot) => otherStepsAt(layout, spot)),
    ...entries.flatMap((_, entry) => advance(layout, entry)),
    ...set(row, int.add(get(row), int.constant(1))),
  ]
  return writeModule({
    parameters,
    ints: ownInts + entries.length,
    vectors: layout.free + spareLocals - layout.firstOperand,
    body: [...prepare(layout), ...early, ...whileLess(row, get(rows), eachRow)],
  })
}

interface Layout {
  readonly program: PassProgram
  readonly kinds: readonly InputKind[]
  readonly entries: readonly TableEntry[]
  /** The locals of the entries: places, and behind them the four floats of each operand, of each input's scale, and those that are free. */
  readonly firstEntry: number
  readonly firstOperand: number
  readonly firstScale: number
  readonly free: number
  /** The operand that the first step is. */
  readonly firstStep: number
}

function layoutOf(program: PassProgram, kinds: readonly InputKind[]): Layout {
  const entries = tableOf(program, kinds)
  const firstEntry = parameters + ownInts
  const firstOperand = firstEntry + entries.length
  const firstStep = kinds.length + program.constants.length
  const firstScale = firstOperand + firstStep + program.steps.length
  return {
    ...{ program, kinds, entries, firstEntry, firstOperand, firstStep, firstScale },
    free: firstScale + kinds.length,
  }
}

/** Reads the table, and what is one number for all elements. */
function prepare({ program, kinds, entries, firstEntry, firstOperand, firstScale }: Layout): Code {
  return [
    ...entries.flatMap((entry, i) =>
      entry.of === 'scale'
        ? set(firstScale + entry.input, floats.splatAt(get(table), 4 * i))
        : set(firstEntry + i, int.load(get(table), 4 * i)),
    ),
    ...kinds.flatMap((kind, i) =>
      kind === 'number' ? set(firstOperand + i, floats.splatAt(get(firstEntry + i), 0)) : [],
    ),
    ...program.constants.flatMap((one, i) => set(firstOperand + kinds.length + i, floats.splat(one))),
  ]
}

/** Some elements of a row: the four, or the one, so many bytes behind the place within it. */
interface Spot {
  readonly offset: number
  readonly isOne: boolean
}

/** Through a row: sixteen elements at a time, then four, then one. */
function overRow(code: (spot: Spot) => Code): Code {
  const upTo = (count: number, elements: Code): Code =>
    whileLess(at, int.and(rowBytes, int.constant(-4 * count)), [
      ...elements,
      ...set(at, int.add(get(at), int.constant(4 * count))),
    ])
  const sixteen = [0, 16, 32, 48].flatMap((offset) => code({ offset, isOne: false }))
  const [four, one] = [code({ offset: 0, isOne: false }), code({ offset: 0, isOne: true })]
  return [...set(at, int.constant(0)), ...upTo(16, sixteen), ...upTo(4, four), ...upTo(1, one)]
}

const here = (place: number): Code => int.add(get(place), get(at))
const load = (place: number, { offset, isOne }: Spot): Code =>
  (isOne ? floats.loadOne : floats.load)(here(place), offset)
const store = (place: number, { offset, isOne }: Spot, value: Code): Code =>
  (isOne ? floats.storeOne : floats.store)(here(place), offset, value)

/** The steps that are the same for all rows, each left in a row of its own. */
function rowStepsAt(layout: Layout, spot: Spot): Code {
  const { program, entries, firstEntry } = layout
  const steps = [...program.steps.keys()].slice(0, program.rowSteps)
  const own = new Set(steps.flatMap((step) => program.steps[step]?.operands ?? []))
  return [
    ...read(layout, spot, own, steps),
    ...steps.flatMap((step) => {
      const entry = entries.findIndex((one) => one.of === 'rowStep' && one.step === step)
      return [...take(layout, step), ...store(firstEntry + entry, spot, valueOf(layout, layout.firstStep + step))]
    }),
  ]
}

/** All other steps, and what they leave. Everything is read before anything is left: a result may lie over an input. */
function otherStepsAt(layout: Layout, spot: Spot): Code {
  const { program, entries, firstEntry } = layout
  const steps = [...program.steps.keys()].slice(program.rowSteps)
  const own = new Set([
    ...steps.flatMap((step) => program.steps[step]?.operands ?? []),
    ...program.results.map(({ operand }) => operand),
  ])
  const firstResult = entries.length - program.results.length
  return [
    ...read(layout, spot, own, steps),
    ...steps.flatMap((step) => take(layout, step)),
    ...program.results.flatMap(({ operand, isSum }, result) => {
      const place = firstEntry + firstResult + result
      const value = valueOf(layout, operand)
      return store(place, spot, isSum ? floats.add(load(place, spot), value) : value)
    }),
  ]
}

const valueOf = ({ firstOperand }: Layout, operand: number): Code => get(firstOperand + operand)

/** Reads the operands that are not made by some steps themselves, or known for all elements. */
function read(layout: Layout, spot: Spot, operands: ReadonlySet<number>, made: readonly number[]): Code {
  const { kinds, entries, firstEntry, firstOperand, firstScale, firstStep } = layout
  return [...operands].flatMap((operand) => {
    const local = firstOperand + operand
    const kind = kinds[operand]
    if (kind === 'number') return []
    if (kind === 'bytes') {
      const place = int.add(get(firstEntry + operand), int.shiftRight(get(at), 2))
      const bytes = (spot.isOne ? floats.splatByte : floats.loadBytes)(place, spot.offset / 4)
      return set(local, floats.multiply(bytes, get(firstScale + operand)))
    }
    if (kind) return set(local, load(firstEntry + operand, spot))
    const step = operand - firstStep
    if (step < 0 || made.includes(step)) return []
    return set(local, load(firstEntry + entries.findIndex((one) => one.of === 'rowStep' && one.step === step), spot))
  })
}

/** One step of what is in locals. */
function take(layout: Layout, step: number): Code {
  const { program, firstOperand, firstStep, free } = layout
  const { step: name, operands } = program.steps[step] ?? {}
  const [a = 0, b = a] = operands ?? []
  return name ? set(firstOperand + firstStep + step, stepCode[name](valueOf(layout, a), valueOf(layout, b), free)) : []
}

/** From row to row matrices move along. */
function advance({ program, kinds, entries, firstEntry }: Layout, at: number): Code {
  const entry = entries[at]
  const kind = entry?.of === 'input' ? kinds[entry.input] : undefined
  const isMatrix = kind === 'matrix' || (entry?.of === 'result' && program.results[entry.result]?.isSum === false)
  if (!isMatrix && kind !== 'bytes') return []
  return set(firstEntry + at, int.add(get(firstEntry + at), isMatrix ? rowBytes : get(width)))
}
