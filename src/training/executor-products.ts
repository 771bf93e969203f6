/** The products of a layer's distinct ids by the executor that runs the graph. */
import type { Executor } from '../graph/index.js'
import type { idProducts, TableMemory } from '../tables/index.js'

/** `null` where the executor multiplies nothing but its graph. */
export function executorProducts(
  memory: TableMemory,
  { multiply }: Executor,
  threads: number,
): idProducts.RowProducts | null {
  if (!multiply) return null
  const spare = createSpare(memory)
  return {
    outputs: (a, b, out) => {
      const product = { a, b, out, m: 0, n: b.columns, k: a.columns }
      return (rows) => {
        product.m = rows
        multiply(product, threads)
      }
    },
    weightGradient: (a, b, out) => {
      const product = { a, b, out, m: a.columns, n: b.columns, k: 0, transposeA: true }
      return (rows) => {
        product.k = rows
        multiply(product, threads)
      }
    },
    inputGradient: (a, { data, stride, columns }, out, isAdding) => {
      // By weights the other way round the library multiplies some hundred rows half as fast again.
      const turned = spare(columns * out.columns)
      const b = { data: turned, stride: out.columns }
      const product = { a, b, out, m: 0, n: out.columns, k: columns, isAdding }
      return (rows) => {
        memory.kernels.transposeRows(data.byteOffset, stride, out.columns, columns, turned.byteOffset)
        product.m = rows
        multiply(product, threads)
      }
    },
  }
}

/** A place for so many floats, the same for all who ask for as many. */
function createSpare(memory: TableMemory): (floats: number) => Float32Array {
  const places = new Map<number, Float32Array>()
  return (floats) => {
    const place = places.get(floats) ?? memory.float32(memory.allocate(4 * floats), floats)
    places.set(floats, place)
    return place
  }
}
