/** The machine's peak as a step could reach it: the three products of its largest layer, called directly. */
import { openProductPeak } from '../../dist/pipeline/matrix-products.js'

/** `[inputs, outputs]` of each layer of a workload's network. */
export function layersOf({ columns, numberCount, model: { deep } }) {
  const features = columns.filter(({ isCross }) => !isCross)
  const sizes = [deep.embedding * features.length + numberCount, ...deep.hidden, 1]
  return sizes.slice(1).map((outputs, index) => [sizes[index], outputs])
}

/** Floating-point operations of a step's matrix products: forward, and the gradients of weights and inputs. */
export const operationsOfStep = (workload) =>
  layersOf(workload).reduce((sum, [inputs, outputs]) => sum + 3 * 2 * workload.batchSize * inputs * outputs, 0)

/** `measure(seconds)` answers GFLOP/s of the fastest of the three products, by the fastest executor that is there. */
export async function openMatrixPeak(workload, { threads, precision }) {
  const layer = layersOf(workload).reduce((a, b) => (a[0] * a[1] >= b[0] * b[1] ? a : b))
  const { batchSize } = workload
  const peak = await openProductPeak({ batchSize, layer, threads, precision }, () => performance.now())
  return {
    measure: async (seconds) => (await peak.measure(1000 * seconds)) / 1e9,
    close: () => peak.close(),
  }
}
