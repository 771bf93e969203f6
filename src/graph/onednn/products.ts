/** Matrix products by oneDNN, `op(a)·op(b) + bias` over values of the arena or outside it. */
import type { Executor } from '../executor.js'
import type { KernelFlags } from '../segment.js'
import type { Arena } from './arena.js'
import type { OnednnLibrary } from './library.js'
import type { ElementType } from './matmul-interface.js'
import type { Matmul } from './matmul-primitive.js'
import type { ProductSizes } from './product-sizes.js'
import { isThin, productSizes } from './product-sizes.js'
import { requireSuccess } from './status.js'
import type { Value } from './value.js'
import { outsideValue, ownValue, placeOf, roundedValue, roundedViewOf, viewOf } from './value.js'

export interface ProductInputs {
  readonly a: Value
  readonly b: Value
  /** A row that is added to every row, or a row for each. */
  readonly bias?: Value | undefined
}

/** How the result of a product is left. */
export interface ResultForm {
  /** Whether all that read it would round it. */
  readonly isRounded: boolean
  /** Where it is to lie. Default: in the arena. */
  readonly target?: Float32Array | undefined
}

/** Makes the result of a product. */
export type Multiply = (inputs: ProductInputs, flags: KernelFlags, form: ResultForm) => Value

/** Where products run. */
export interface ProductPlace {
  readonly arena: Arena
  /** Called before each of the library's functions: sets the threads of this thread. */
  begin(): void
}

export interface WideProducts {
  readonly matmul: Matmul
  /** What `matmul` multiplies: both sides are rounded to it. */
  readonly type: ElementType
}

/** All products: by a primitive of their sizes, with bias and relu as their elements are written, or plain ones of float32. */
export function createProducts(library: OnednnLibrary, { matmul, type }: WideProducts, place: ProductPlace): Multiply {
  const plain = plainProducts(library, place)
  const { arena, begin } = place
  return (inputs, flags, { isRounded, target }) => {
    const { a, b, bias } = inputs
    const sizes = productSizes(a.shape, b.shape, flags)
    // The library's plain product reads a left side that is stored the other way round a sixth faster than its primitive.
    if (isThin(sizes) || (type === 'float32' && flags.transposeA)) return plain(inputs, flags, { ...sizes, target })
    const outType = isRounded ? type : 'float32'
    const shape = [sizes.m, sizes.n]
    const result = target ? outsideValue({ data: target, shape }) : makers[outType](arena, shape)
    const [left, right] = [views[type](arena, a), views[type](arena, b)]
    const added = bias && viewOf(arena, bias)
    const out = views[outType](arena, result)
    const { transposeA = false, transposeB = false, isRelu } = flags
    const run = matmul({ ...sizes, transposeA, transposeB, isRelu, bias: bias && biasKind(bias, sizes), out: outType })
    arena.do(() => {
      begin()
      // Whatever came to the arena may have made it grow: the views are made after it.
      run({ a: left(), b: right(), out: out(), bias: added?.() })
    })
    return result
  }
}

const views = { float32: viewOf, bfloat16: roundedViewOf }
const makers = { float32: ownValue, bfloat16: roundedValue }

const biasKind = (bias: Value, { n }: ProductSizes): 'row' | 'matrix' => (bias.length === n ? 'row' : 'matrix')

const letter = (isTransposed = false): number => (isTransposed ? 'T' : 'N').charCodeAt(0)

/** A product of float32 that no graph asks for. */
export function plainProduct({ product, useThreads }: OnednnLibrary): NonNullable<Executor['multiply']> {
  return ({ a, b, out, m, n, k, transposeA, transposeB, isAdding = false }, threads) => {
    useThreads(threads)
    const [isA, isB, beta] = [letter(transposeA), letter(transposeB), Number(isAdding)]
    const status = product(isA, isB, m, n, k, 1, a.data, a.stride, b.data, b.stride, beta, out.data, out.stride)
    requireSuccess(status, 'dnnl_sgemm')
  }
}

interface PlainSizes extends ProductSizes, Pick<ResultForm, 'target'> {}

/** Products of float32, of any sizes. */
function plainProducts({ product }: OnednnLibrary, { arena, begin }: ProductPlace) {
  return ({ a, b, bias }: ProductInputs, flags: KernelFlags, { m, n, k, target }: PlainSizes): Value => {
    // The kernels that add a bias reach the arena alone.
    const out = target && !bias ? outsideValue({ data: target, shape: [m, n] }) : ownValue(arena, [m, n])
    const [left, right, result] = [viewOf(arena, a), viewOf(arena, b), viewOf(arena, out)]
    if (m === 0 || n === 0) return out
    const [lda, ldb] = [a.shape[1] ?? 1, b.shape[1] ?? 1]
    const [isA, isB] = [letter(flags.transposeA), letter(flags.transposeB)]
    arena.do(() => {
      // Without an inner size there is nothing to sum, and nothing that the library would write.
      if (k === 0) {
        result().fill(0)
        return
      }
      begin()
      requireSuccess(product(isA, isB, m, n, k, 1, left(), lda, right(), ldb, 0, result(), n), 'dnnl_sgemm')
    })
    if (bias) addTo(arena, { out, bias, rows: bias.length === n ? m : 1, isRelu: flags.isRelu ?? false })
    return out
  }
}

interface Added {
  readonly out: Value
  readonly bias: Value
  /** A bias for each row is that of one long row. */
  readonly rows: number
  readonly isRelu: boolean
}

function addTo(arena: Arena, { out, bias, rows, isRelu }: Added): void {
  const [place, from, columns] = [out.place, placeOf(arena, bias), out.length / rows]
  const name = isRelu ? 'addBiasRelu' : 'addBias'
  arena.do(() => {
    arena.kernels[name](place, from, rows, columns)
  })
}
