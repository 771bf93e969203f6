/** The public matmul primitive: made once for each size and kept, run over whatever is given. */
import type { Pointer } from '../../native/index.js'
import type { OnednnLibrary, Refusal } from './library.js'
import type { ElementType } from './matmul-interface.js'
import { matmulInterface } from './matmul-interface.js'
import type { ProductSizes } from './product-sizes.js'
import { requireSuccess } from './status.js'

export interface MatmulShape extends ProductSizes {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** `out = op(a)·op(b)`, out in float32. */
export type Matmul = (shape: MatmulShape, a: Pointer, b: Pointer, out: Pointer) => void

/** `DNNL_ARG_SRC`, `DNNL_ARG_WEIGHTS`, `DNNL_ARG_DST`. */
const arguments3 = [1n, 33n, 17n]
const processor = 1
/** `dnnl_stream_default_flags`: in order. */
const inOrder = 1

/** Products of a type, summed in float32; a refusal where the library has none for this processor. */
export function openMatmul(library: OnednnLibrary, type: ElementType): Matmul | Refusal {
  const made = new Map<string, Primitive>()
  const primitives = primitiveMaker(library, type)
  const probe = primitives({ m: 64, n: 64, k: 64, transposeA: false, transposeB: false })
  if ('reason' in probe) return probe
  return (shape, a, b, out) => {
    const key = [shape.m, shape.n, shape.k, shape.transposeA, shape.transposeB].join()
    let primitive = made.get(key)
    if (!primitive) {
      const fresh = primitives(shape)
      if ('reason' in fresh) throw new Error(`internal: ${fresh.reason}`)
      made.set(key, (primitive = fresh))
    }
    primitive.run([a, b, out])
  }
}

interface Primitive {
  run(matrices: readonly Pointer[]): void
}

type Make = (handle: Pointer, ...values: (Pointer | number)[]) => number

function primitiveMaker(library: OnednnLibrary, type: ElementType): (shape: MatmulShape) => Primitive | Refusal {
  const { bind } = library
  const pointers = (count: number): string => Array<string>(count).fill('void *').join(', ')
  const createPrimitive = bind<Make>(`int dnnl_primitive_create(${pointers(2)})`)
  const createMemory = bind<Make>(`int dnnl_memory_create(${pointers(4)})`)
  const setData = bind<(memory: Pointer, data: Pointer) => number>(`int dnnl_memory_set_data_handle(${pointers(2)})`)
  const execute = bind<(primitive: Pointer, stream: Pointer, count: number, given: Pointer) => number>(
    'int dnnl_primitive_execute(void *, void *, int, void *)',
  )
  const wait = bind<(stream: Pointer) => number>('int dnnl_stream_wait(void *)')
  const engine = handleOf('dnnl_engine_create', bind<Make>('int dnnl_engine_create(void *, int, size_t)'), processor, 0)
  const stream = handleOf(
    'dnnl_stream_create',
    bind<Make>('int dnnl_stream_create(void *, void *, uint32_t)'),
    engine,
    inOrder,
  )
  const { describe, describeProduct } = matmulInterface(library)
  return ({ m, n, k, transposeA, transposeB }) => {
    const matrices = [
      describe({ rows: m, columns: k, isTransposed: transposeA, type }),
      describe({ rows: k, columns: n, isTransposed: transposeB, type }),
      describe({ rows: m, columns: n, isTransposed: false, type: 'float32' }),
    ] as const
    const description = new BigUint64Array(1)
    if (describeProduct(description, engine, matrices) !== 0)
      return { reason: `oneDNN ${library.version} has no product of ${type} for this processor` }
    const primitive = handleOf('dnnl_primitive_create', createPrimitive, description[0] ?? null)
    const memories = matrices.map((matrix) => handleOf('dnnl_memory_create', createMemory, matrix, engine, null))
    const given = BigUint64Array.from(memories.flatMap((memory, index) => [arguments3[index] ?? 0n, memory]))
    return {
      run(data) {
        for (const [index, memory] of memories.entries()) setData(memory, data[index] ?? null)
        requireSuccess(execute(primitive, stream, memories.length, given), 'dnnl_primitive_execute')
        requireSuccess(wait(stream), 'dnnl_stream_wait')
      },
    }
  }
}

/** What a function writes to its first argument. */
function handleOf(name: string, make: Make, ...values: (Pointer | number)[]): bigint {
  const handle = new BigUint64Array(1)
  requireSuccess(make(handle, ...values), name)
  return handle[0] ?? 0n
}
