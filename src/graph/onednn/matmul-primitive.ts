/** The public matmul primitive: made once for each size and kept, run over whatever is given. */
import type { Pointer } from '../../native/index.js'
import type { OnednnLibrary, Refusal } from './library.js'
import type { ElementType, MatmulInterface, MatrixShape } from './matmul-interface.js'
import { matmulInterface } from './matmul-interface.js'
import type { ProductSizes } from './product-sizes.js'
import { requireSuccess } from './status.js'

export interface MatmulShape extends ProductSizes {
  readonly transposeA: boolean
  readonly transposeB: boolean
  /** What is added: `n` numbers to every row, or a matrix like the result. Default: nothing. */
  readonly bias?: 'row' | 'matrix' | undefined
  /** Whether what is below zero becomes zero at the end, but for its sign and 1e-30 of it. A NaN stays. */
  readonly isRelu?: boolean | undefined
  /** What the result is rounded to. Default: float32, in which all is summed. */
  readonly out?: ElementType
}

export interface Matrices {
  readonly a: Pointer
  readonly b: Pointer
  readonly out: Pointer
  readonly bias?: Pointer | undefined
}

/** `out = op(a)·op(b) + bias` of one size. */
export type RunMatmul = (matrices: Matrices) => void

/** Makes products of a size. */
export type Matmul = (shape: MatmulShape) => RunMatmul

/** `DNNL_ARG_SRC`, `DNNL_ARG_WEIGHTS`, `DNNL_ARG_DST`, `DNNL_ARG_BIAS`. */
const [argumentA, argumentB, argumentOut, argumentBias] = [1n, 33n, 17n, 41n]
const processor = 1
/** `dnnl_stream_default_flags`: in order. */
const inOrder = 1
/** A slope of zero would be a maximum, and that of NaN and 0 is 0. */
const slope = 1e-30

/** Products of matrices of a type; a refusal where the library has none for this processor. */
export function openMatmul(library: OnednnLibrary, type: ElementType): Matmul | Refusal {
  const made = new Map<string, Primitive>()
  const make = primitiveMaker(library, type)
  const probe = make({ m: 64, n: 64, k: 64, transposeA: false, transposeB: false, out: type })
  if ('reason' in probe) return probe
  return (shape) => {
    const { m, n, k, transposeA, transposeB, bias, isRelu, out } = shape
    const key = [m, n, k, transposeA, transposeB, bias, isRelu, out].join()
    let primitive = made.get(key)
    if (!primitive) {
      const fresh = make(shape)
      if ('reason' in fresh) throw new Error(`internal: ${fresh.reason}`)
      made.set(key, (primitive = fresh))
    }
    return primitive.run
  }
}

interface Primitive {
  readonly run: RunMatmul
}

type Make = (handle: Pointer, ...values: (Pointer | number)[]) => number
type Call = (...values: Pointer[]) => number

const pointers = (count: number): string => Array<string>(count).fill('void *').join(', ')

function primitiveMaker(library: OnednnLibrary, type: ElementType): (shape: MatmulShape) => Primitive | Refusal {
  const { bind } = library
  const createPrimitive = bind<Make>(`int dnnl_primitive_create(${pointers(2)})`)
  const createMemory = bind<Make>(`int dnnl_memory_create(${pointers(4)})`)
  const setData = bind<Call>(`int dnnl_memory_set_data_handle(${pointers(2)})`)
  const createEngine = bind<Make>('int dnnl_engine_create(void *, int, size_t)')
  const engine = handleOf('dnnl_engine_create', createEngine, processor, 0)
  const execute = executor(library, engine)
  const interfaceOfVersion = matmulInterface(library)
  const attributesOf = attributeMaker(library, interfaceOfVersion)
  return (shape) => {
    const { bias, isRelu = false } = shape
    const { addedArgument, describe } = interfaceOfVersion
    const sides = sidesOf(shape, type, addedArgument).map((side) => ({ ...side, of: describe(side.matrix) }))
    const [a = null, b = null, out = null, added = null] = sides.map(({ of }) => of)
    const [row, matrix] = bias === 'row' ? [added, null] : [null, added]
    const description = new BigUint64Array(1)
    const product = { a, b, out, bias: row, attributes: attributesOf(matrix, isRelu) }
    if (interfaceOfVersion.describeProduct(description, engine, product) !== 0)
      return { reason: `oneDNN ${library.version} has no product of ${type} for this processor` }
    const primitive = handleOf('dnnl_primitive_create', createPrimitive, description[0] ?? null)
    const memories = sides.map(({ of }) => handleOf('dnnl_memory_create', createMemory, of, engine, null))
    const given = BigUint64Array.from(sides.flatMap(({ argument }, index) => [argument, memories[index] ?? 0n]))
    return {
      run(matrices) {
        for (let at = 0; at < sides.length; at++)
          setData(memories[at] ?? null, matrices[(sides[at] as Side).name] ?? null)
        execute(primitive, sides.length, given)
      },
    }
  }
}

interface Side {
  readonly name: keyof Matrices
  readonly argument: bigint
  readonly matrix: MatrixShape
}

/** The matrices of a product, the bias last. */
function sidesOf(
  { m, n, k, transposeA, transposeB, bias, out = 'float32' }: MatmulShape,
  type: ElementType,
  addedArgument: bigint,
): Side[] {
  const sides: Side[] = [
    { name: 'a', argument: argumentA, matrix: { rows: m, columns: k, isTransposed: transposeA, type } },
    { name: 'b', argument: argumentB, matrix: { rows: k, columns: n, isTransposed: transposeB, type } },
    { name: 'out', argument: argumentOut, matrix: { rows: m, columns: n, isTransposed: false, type: out } },
  ]
  if (!bias) return sides
  const [rows, argument] = bias === 'row' ? [1, argumentBias] : [m, addedArgument]
  return [...sides, { name: 'bias', argument, matrix: { rows, columns: n, isTransposed: false, type: 'float32' } }]
}

/** Runs a primitive to its end. */
function executor(
  { bind }: OnednnLibrary,
  engine: bigint,
): (primitive: bigint, count: number, given: BigUint64Array) => void {
  const createStream = bind<Make>('int dnnl_stream_create(void *, void *, uint32_t)')
  const stream = handleOf('dnnl_stream_create', createStream, engine, inOrder)
  const execute = bind<(primitive: Pointer, stream: Pointer, count: number, given: Pointer) => number>(
    'int dnnl_primitive_execute(void *, void *, int, void *)',
  )
  const wait = bind<Call>('int dnnl_stream_wait(void *)')
  return (primitive, count, given) => {
    requireSuccess(execute(primitive, stream, count, given), 'dnnl_primitive_execute')
    requireSuccess(wait(stream), 'dnnl_stream_wait')
  }
}

/** What is done before an element is written: `matrix` (a description) is added, then comes relu; `null`: nothing. */
function attributeMaker(
  { bind }: OnednnLibrary,
  { appendAddition, appendRelu }: MatmulInterface,
): (matrix: Pointer, isRelu: boolean) => Pointer {
  const createAttributes = bind<Make>('int dnnl_primitive_attr_create(void *)')
  const createOperations = bind<Make>('int dnnl_post_ops_create(void *)')
  const setOperations = bind<Call>(`int dnnl_primitive_attr_set_post_ops(${pointers(2)})`)
  return (matrix, isRelu) => {
    if (matrix === null && !isRelu) return null
    const operations = handleOf('dnnl_post_ops_create', createOperations)
    if (matrix !== null) requireSuccess(appendAddition(operations, matrix), 'dnnl_post_ops_append_binary')
    if (isRelu) requireSuccess(appendRelu(operations, slope), 'dnnl_post_ops_append_eltwise')
    const attributes = handleOf('dnnl_primitive_attr_create', createAttributes)
    requireSuccess(setOperations(attributes, operations), 'dnnl_primitive_attr_set_post_ops')
    return attributes
  }
}

/** What a function writes to its first argument. */
function handleOf(name: string, make: Make, ...values: (Pointer | number)[]): bigint {
  const handle = new BigUint64Array(1)
  requireSuccess(make(handle, ...values), name)
  return handle[0] ?? 0n
}
