/** What each kernel does with values: the shape of its result, its place, the call. */
import type { KernelFlags, KernelName, KernelSegment } from '../segment.js'
import type { Arena, GraphKernels } from './arena.js'
import type { Multiply } from './products.js'
import { runPass } from './run-pass.js'
import type { Value } from './value.js'
import { isNarrow, ownValue, placeOf, roundedValue, valueOver } from './value.js'

export interface Machine {
  readonly arena: Arena
  readonly multiply: Multiply
}

/** How a kernel is called. */
export interface Calling extends Pick<KernelSegment, 'isRounded'> {
  readonly flags: KernelFlags
  /** Of each input, whether nobody reads it afterwards. */
  readonly isReleased: readonly boolean[]
  /** Where a result that is costly to copy is made. */
  readonly target?: Float32Array | undefined
}

/** Makes one value; a pass as many as it has results. */
type Run = (machine: Machine, inputs: readonly Value[], calling: Calling) => readonly Value[]

/** With both inputs in float32. */
const wholeMask = pairwise('multiplyHeaviside')

export const kernelCalls: Readonly<Record<KernelName, Run>> = {
  product({ multiply }, [a, b, bias], { flags, isRounded, target }) {
    if (!a || !b) throw new Error('internal: a product has two sides')
    return [multiply({ a, b, bias }, flags, { isRounded, target })]
  },
  add: pairwise('add'),
  multiply: pairwise('multiply'),
  multiplyHeaviside(machine, inputs, calling) {
    const [a, y] = inputs
    if (!a || !y || !isNarrow(a) || !isNarrow(y)) return wholeMask(machine, inputs, calling)
    const [from, mask] = [a.rounded, y.rounded]
    const out = calling.isReleased[0] ? valueOver(machine.arena, a, 'rounded') : roundedValue(machine.arena, a.shape)
    const { rounded, length } = out
    machine.arena.do(() => {
      machine.arena.kernels.multiplyHeavisideBfloat16(from, mask, rounded, length)
    })
    return [out]
  },
  relu({ arena }, [x], { isReleased }) {
    if (!x) throw new Error('internal: relu has an input')
    const from = placeOf(arena, x)
    const out = resultOver(arena, x, isReleased[0])
    const { place, length } = out
    arena.do(() => {
      arena.kernels.relu(from, place, length)
    })
    return [out]
  },
  pass({ arena }, inputs, { flags, isReleased }) {
    if (!flags.pass) throw new Error('internal: a pass has a program')
    return runPass(arena, inputs, { program: flags.pass, isReleased })
  },
  countRows({ arena }, [x]) {
    const out = ownValue(arena, [])
    const { place } = out
    arena.do(() => {
      arena.float32(place, 1)[0] = x?.shape[0] ?? Number.NaN
    })
    return [out]
  },
  sumRows({ arena }, [x]) {
    if (!x) throw new Error('internal: a sum has an input')
    const [rows = 0, columns = 0] = x.shape
    const out = ownValue(arena, [columns])
    const { place } = out
    const name = isNarrow(x) ? 'sumRowsBfloat16' : 'sumRows'
    const from = isNarrow(x) ? x.rounded : placeOf(arena, x)
    arena.do(() => {
      arena.kernels[name](from, place, rows, columns)
    })
    return [out]
  },
}

/** A place for the result of a kernel that may write over its input. */
const resultOver = (arena: Arena, input: Value, isLast = false): Value =>
  isLast ? valueOver(arena, input, 'place') : ownValue(arena, input.shape)

function pairwise(name: keyof GraphKernels & ('add' | 'multiply' | 'multiplyHeaviside')): Run {
  return ({ arena }, [a, b], { isReleased }) => {
    if (!a || !b) throw new Error(`internal: ${name} has two inputs`)
    const [left, right] = [placeOf(arena, a), placeOf(arena, b)]
    const out = resultOver(arena, a, isReleased[0])
    const { place, length } = out
    arena.do(() => {
      arena.kernels[name](left, right, place, length)
    })
    return [out]
  }
}
