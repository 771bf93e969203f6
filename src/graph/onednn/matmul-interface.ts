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

export interface MatmulInterface {
  /** The description of a matrix, as the library knows it. */
  describe(matrix: MatrixShape): Pointer
  /** Writes the handle of a product's description; answers a status. */
  describeProduct(
    handle: BigUint64Array,
    engine: bigint,
    matrices: readonly [a: Pointer, b: Pointer, out: Pointer],
  ): number
}

/** `dnnl_data_type_t`. */
const elementTypes = { bfloat16: 2, float32: 3 }
/** More than `dnnl_memory_desc_t` and `dnnl_matmul_desc_t` of any release of oneDNN 2 take. */
const descriptionBytes = 4096

const sizesOf = ({ rows, columns }: MatrixShape): BigInt64Array => BigInt64Array.of(BigInt(rows), BigInt(columns))
const stridesOf = ({ rows, columns, isTransposed }: MatrixShape): BigInt64Array =>
  isTransposed ? BigInt64Array.of(1n, BigInt(rows)) : BigInt64Array.of(BigInt(columns), 1n)

type Describe = (...values: [out: Pointer, rank: number, sizes: Pointer, type: number, strides: Pointer]) => number
type Create = (...handles: Pointer[]) => number

/** The interface of the library's version. */
export function matmulInterface(library: OnednnLibrary): MatmulInterface {
  return library.major === 2 ? second(library) : third(library)
}

/** Descriptions are structures that the caller keeps. */
function second({ bind }: OnednnLibrary): MatmulInterface {
  const describe = bind<Describe>('int dnnl_memory_desc_init_by_strides(void *, int, void *, int, void *)')
  const product = bind<Create>('int dnnl_matmul_desc_init(void *, void *, void *, void *, void *)')
  const create = bind<Create>('int dnnl_primitive_desc_create(void *, void *, void *, void *, void *)')
  return {
    describe(matrix) {
      const description = new Uint8Array(descriptionBytes)
      describe(description, 2, sizesOf(matrix), elementTypes[matrix.type], stridesOf(matrix))
      return description
    },
    describeProduct(handle, engine, [a, b, out]) {
      const description = new Uint8Array(descriptionBytes)
      return product(description, a, b, null, out) || create(handle, description, null, engine, null)
    },
  }
}

/** Descriptions are handles. */
function third({ bind }: OnednnLibrary): MatmulInterface {
  const describe = bind<Describe>('int dnnl_memory_desc_create_with_strides(void *, int, void *, int, void *)')
  const create = bind<Create>(
    'int dnnl_matmul_primitive_desc_create(void *, void *, void *, void *, void *, void *, void *)',
  )
  return {
    describe(matrix) {
      const handle = new BigUint64Array(1)
      describe(handle, 2, sizesOf(matrix), elementTypes[matrix.type], stridesOf(matrix))
      return handle[0] ?? null
    },
    describeProduct: (handle, engine, [a, b, out]) => create(handle, engine, a, b, null, out, null),
  }
}
