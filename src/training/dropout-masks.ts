/** Dropout masks as inputs of the graph: a pure function of seed, epoch, layer and row, so restarts do not change them. */
import type { TensorData } from '../graph/index.js'
import type { Network } from '../model/index.js'
import { dropoutMask } from '../tables/index.js'
import type { TableMemory } from '../tables/index.js'

export type MaskMaker = (
  key: (layer: string) => number,
  batch: { readonly firstRow: number; readonly rowCount: number },
) => Record<string, TensorData>

/** Prepares the masks of every dropout of a network; the buffers are reused. */
export function createDropoutMasks(dropouts: Network['dropouts'], memory: TableMemory): MaskMaker {
  const buffers = new Map<string, Float32Array>()
  return (key, { firstRow, rowCount }) => {
    const masks: Record<string, TensorData> = {}
    for (const { name, width, rate } of dropouts) {
      const length = rowCount * width
      const existing = buffers.get(name)
      const buffer = existing && existing.length >= length ? existing : new Float32Array(length)
      buffers.set(name, buffer)
      const data = buffer.subarray(0, length)
      dropoutMask(memory, { target: data, columns: width, key: key(name), firstRow, keepProbability: 1 - rate })
      masks[name] = { data, shape: [rowCount, width] }
    }
    return masks
  }
}
