/** Dropout masks as inputs of the graph: a pure function of seed, epoch, layer and row, so restarts do not change them. */
import type { TensorData } from '../graph/index.js'
import type { Network } from '../model/index.js'
import { createDropoutDrawer } from '../tables/index.js'
import type { TableMemory } from '../tables/index.js'

export type MaskMaker = (
  key: (layer: string) => number,
  batch: { readonly firstRow: number; readonly rowCount: number },
) => Record<string, TensorData>

/** Prepares the masks of every dropout of a network; they stand until the next are made. */
export function createDropoutMasks(dropouts: Network['dropouts'], memory: TableMemory): MaskMaker {
  const drawers = dropouts.map((dropout) => ({ ...dropout, draw: createDropoutDrawer(memory) }))
  return (key, { firstRow, rowCount }) =>
    Object.fromEntries(
      drawers.map(({ name, width, rate, draw }) => {
        const options = { rows: rowCount, columns: width, key: key(name), firstRow, keepProbability: 1 - rate }
        const { bytes, scale, scaled } = draw(options)
        const feed = {
          shape: [rowCount, width],
          bytes: { values: bytes, scale },
          get data() {
            return scaled()
          },
        }
        return [name, feed]
      }),
    )
}
