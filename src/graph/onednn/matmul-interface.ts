/** What differs between the C interfaces of oneDNN 2 and 3 in making a matrix product. */
import type { Pointer } from '../../native/index.js'
import type { OnednnLibrary } from './library.js'

/** A matrix as it enters a product. */
export interface MatrixShape {
  readonly rows: number
  readonly columns: number
  /** Whether it is stored the other way round, row by row. */
  readonly isTransposed: boolean
  readonly type: ElementType
}

export type ElementType = 'bfloat16' | 'float32'

/** `out = op(a)·op(b)`, and what is done before an element of it is written: things of the library's. */
export interface ProductDescription {
  readonly a: Pointer
  readonly b: Pointer
  readonly out: Pointer
  /** Added to every row; `null`: nothing is. */
  readonly bias: Pointer
  readonly attributes: Pointer
}

export interface MatmulInterface {
  /** The description of a matrix, as the library knows it. */
  describe(matrix: MatrixShape): Pointer
  /** Writes the handle of a product's description; answers a status. */
  describeProduct(handle: BigUint64Array, engine: bigint, product: ProductDescription): number
  /** Adds to what is done at the end: what is below zero is multiplied by `slope`. Answers a status. */
  appendRelu(operations: Pointer, slope: number): number
  /** The same: a matrix is added. */
  appendAddition(operations: Pointer, matrix: Pointer): number
  /** As what that matrix is given, where nothing else comes before it at the end. */
  readonly addedArgument: bigint
}

/** `dnnl_data_type_t`. */
const elementTypes = { bfloat16: 2, float32: 3 }
/** `dnnl_binary_add`, and `dnnl_eltwise_relu` of oneDNN 2 and 3. */
const addition = 0x1fff0
const [secondRelu, thirdRelu] = [0x1f, 0x20]
/** `DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1` of both. */
const [secondAdded, thirdAdded] = [0x4002n, 0x8002n]
/** More than `dnnl_memory_desc_t` and `dnnl_matmul_desc_t` of any release of oneDNN 2 take. */
const descriptionBytes = 4096

const sizesOf = ({ rows, columns }: MatrixShape): BigInt64Array => BigInt64Array.of(BigInt(rows), BigInt(columns))
const stridesOf = ({ rows, columns, isTransposed }: MatrixShape): BigInt64Array =>
  isTransposed ? BigInt64Array.of(1n, BigInt(rows)) : BigInt64Array.of(BigInt(columns), 1n)

type Describe = (...values: [out: Pointer, rank: number, sizes: Pointer, type: number, strides: Pointer]) => number
type Create = (...handles: Pointer[]) => number
type Append<Values extends unknown[]> = (operations: Pointer, ...values: Values) => number

/** The interface of the library's version. */
export function matmulInterface(library: OnednnLibrary): MatmulInterface {
  const append = library.bind<Append<[kind: number, matrix: Pointer]>>(
    'int dnnl_post_ops_append_binary(void *, int, void *)',
  )
  return {
    ...(library.major === 2 ? second(library) : third(library)),
    appendAddition: (operations, matrix) => append(operations, addition, matrix),
  }
}

type OfVersion = Omit<MatmulInterface, 'appendAddition'>

/** Descriptions are structures that the caller keeps. */
function second({ bind }: OnednnLibrary): OfVersion {
  const describe = bind<Describe>('int dnnl_memory_desc_init_by_strides(void *, int, void *, int, void *)')
  const product = bind<Create>('int dnnl_matmul_desc_init(void *, void *, void *, void *, void *)')
  const create = bind<Create>('int dnnl_primitive_desc_create(void *, void *, void *, void *, void *)')
  const append = bind<Append<[scale: number, kind: number, alpha: number, beta: number]>>(
    'int dnnl_post_ops_append_eltwise(void *, float, int, float, float)',
  )
  return {
    describe(matrix) {
      const description = new Uint8Array(descriptionBytes)
      describe(description, 2, sizesOf(matrix), elementTypes[matrix.type], stridesOf(matrix))
      return description
    },
    describeProduct(handle, engine, { a, b, bias, out, attributes }) {
      const description = new Uint8Array(descriptionBytes)
      return product(description, a, b, bias, out) || create(handle, description, attributes, engine, null)
    },
    appendRelu: (operations, slope) => append(operations, 1, secondRelu, slope, 0),
    addedArgument: secondAdded,
  }
}

/** Descriptions are handles. */
function third({ bind }: OnednnLibrary): OfVersion {
  const describe = bind<Describe>('int dnnl_memory_desc_create_with_strides(void *, int, void *, int, void *)')
  const create = bind<Create>(
    'int dnnl_matmul_primitive_desc_create(void *, void *, void *, void *, void *, void *, void *)',
  )
  const append = bind<Append<[kind: number, alpha: number, beta: number]>>(
    'int dnnl_post_ops_append_eltwise(void *, int, float, float)',
  )
  return {
    describe(matrix) {
      const handle = new BigUint64Array(1)
      describe(handle, 2, sizesOf(matrix), elementTypes[matrix.type], stridesOf(matrix))
      return handle[0] ?? null
    },
    describeProduct: (handle, engine, { a, b, bias, out, attributes }) =>
      create(handle, engine, a, b, bias, out, attributes),
    appendRelu: (operations, slope) => append(operations, thirdRelu, slope, 0),
    addedArgument: thirdAdded,
  }
}
