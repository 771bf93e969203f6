/** The machine's peak as a step could reach it: the three products of its largest layer, called directly. */
import { Graph, createOnnxRuntimeExecutor, operations, writeOnnx } from '../../dist/graph/index.js'
import { median, timed } from '../statistics.js'

/** `[inputs, outputs]` of each layer of a workload's network. */
export function layersOf({ columns, numberCount, model: { deep } }) {
  const features = columns.filter(({ isCross }) => !isCross)
  const sizes = [deep.embedding * features.length + numberCount, ...deep.hidden, 1]
  return sizes.slice(1).map((outputs, index) => [sizes[index], outputs])
}

/** Floating-point operations of a step's matrix products: forward, and the gradients of weights and inputs. */
export const operationsOfStep = (workload) =>
  layersOf(workload).reduce((sum, [inputs, outputs]) => sum + 3 * 2 * workload.batchSize * inputs * outputs, 0)

/** `measure(seconds)` answers GFLOP/s of the best of the three products. */
export async function openMatrixPeak(workload, threads) {
  const batch = workload.batchSize
  const [inputs, outputs] = layersOf(workload).reduce((a, b) => (a[0] * a[1] >= b[0] * b[1] ? a : b))
  const products = [
    { a: [batch, inputs], b: [inputs, outputs] },
    { a: [batch, inputs], b: [batch, outputs], transposed: { transposeA: true } },
    { a: [batch, outputs], b: [inputs, outputs], transposed: { transposeB: true } },
  ]
  const filled = (shape) => ({ data: new Float32Array(shape[0] * shape[1]).fill(0.5), shape })
  const compiled = await Promise.all(
    products.map(({ a, b, transposed }) => {
      const graph = new Graph()
      const y = operations.matmul(graph.input('a', a), graph.input('b', b), transposed)
      return createOnnxRuntimeExecutor().compile(writeOnnx({ outputs: { y }, precision: 'float32' }), { threads })
    }),
  )
  const operationsOfProduct = 2 * batch * inputs * outputs
  const rate = async (product, { a, b }, seconds) => {
    const feeds = { a: filled(a), b: filled(b) }
    const times = []
    for (const end = performance.now() + 1000 * seconds; performance.now() < end;)
      times.push(await timed(() => product.run(feeds)))
    return operationsOfProduct / median(times) / 1e6
  }
  return {
    async measure(seconds) {
      let best = 0
      for (const [index, product] of compiled.entries())
        best = Math.max(best, await rate(product, products[index], seconds / products.length))
      return best
    },
    close: () => Promise.all(compiled.map((product) => product.close())),
  }
}
