/** What each kernel does with values: the shape of its result, its place, the call. */
import type { KernelFlags, KernelName } from '../segment.js'
import type { Arena, GraphKernels } from './arena.js'
import { productSizes } from './product-sizes.js'
import type { Multiply } from './products.js'
import type { Value } from './value.js'
import { ownValue, placeOf } from './value.js'

export interface Machine {
  readonly arena: Arena
  readonly multiply: Multiply
}

type Run = (machine: Machine, inputs: readonly Value[], flags: KernelFlags) => Value

export const kernelCalls: Readonly<Record<KernelName, Run>> = {
  product({ arena, multiply }, inputs, flags) {
    const [a, b, bias] = inputs
    if (!a || !b) throw new Error('internal: a product has two sides')
    const { m, n } = productSizes(a, b, flags)
    const out = ownValue(arena, [m, n])
    multiply({ a, b, out }, flags)
    const addBias = flags.isRelu ? arena.kernels.addBiasRelu : arena.kernels.addBias
    // A bias for each row is that of one long row.
    const rows = bias?.length === n ? m : 1
    if (bias) addBias(out.place, placeOf(arena, bias), rows, out.length / rows)
    return out
  },
  add: pairwise('add'),
  multiply: pairwise('multiply'),
  multiplyHeaviside: pairwise('multiplyHeaviside'),
  relu({ arena }, [x]) {
    if (!x) throw new Error('internal: relu has an input')
    const out = ownValue(arena, x.shape)
    arena.kernels.relu(placeOf(arena, x), out.place, x.length)
    return out
  },
  sumRows({ arena }, [x]) {
    if (!x) throw new Error('internal: a sum has an input')
    const [rows = 0, columns = 0] = x.shape
    const out = ownValue(arena, [columns])
    arena.kernels.sumRows(placeOf(arena, x), out.place, rows, columns)
    return out
  },
}

function pairwise(name: keyof GraphKernels & ('add' | 'multiply' | 'multiplyHeaviside')): Run {
  return ({ arena }, [a, b]) => {
    if (!a || !b) throw new Error(`internal: ${name} has two inputs`)
    const out = ownValue(arena, a.shape)
    arena.kernels[name](placeOf(arena, a), placeOf(arena, b), out.place, a.length)
    return out
  }
}
