/**
 * A layer's outputs some at a time, for columns that enter it once for each distinct id: where the rows of ids lie meanwhile, and the products that are made of
 * them. The rows of a few columns stay in a second-level cache until they have been added up.
 */
import type { OpenIdColumn } from './id-column.js'
import type { Matrix, MultiplyRows, RowProducts } from './row-products.js'
import { rangeOf } from './share.js'
import type { Share } from './share.js'
import type { TableMemory } from './table-memory.js'

/** A layer: its outputs, a multiple of 16, and where its weights, its bias and a share's gradient of the weights lie. */
export interface LayerPlace {
  readonly outputs: number
  readonly weights: number
  /** `null`: it has none. */
  readonly bias: number | null
  readonly gradient: number
}

/** Outputs that are made at once, and columns whose rows lie side by side: of 64 to 1,024 and 1 to 34 the fastest, with 400 and 1,024 outputs. */
const blockOutputs = 256
const groupColumns = 6

/** From one id's row to the next. */
export const rowBytes = 4 * blockOutputs

/** Floats of the rows of ids of so many columns with `ids` ids at most. */
export const roomOfIds = (columns: number, ids: number): number => blockOutputs * ids * Math.min(groupColumns, columns)

/** Some outputs of the layer, from `first` on. */
export interface LayerBlock {
  readonly first: number
  readonly outputs: number
  readonly groups: readonly ColumnGroup[]
}

/** Columns that are added up together, from `first` on. */
export interface ColumnGroup {
  readonly first: number
  readonly columns: readonly ColumnProducts[]
}

/** Of some outputs and one column: the rows of its ids, and of the sums that are left there on the way back the gradients. */
interface ColumnProducts {
  readonly column: OpenIdColumn
  /** Where those rows lie; columns of different groups share the place. */
  readonly slot: number
  readonly outputs: MultiplyRows
  readonly weightGradient: MultiplyRows
  readonly inputGradient: MultiplyRows
}

export interface LayerRoom {
  /** Examples that it has room for. */
  readonly rows: number
  readonly blocks: readonly LayerBlock[]
  /** By column. */
  readonly slots: readonly number[]
  /** For each example the places of its columns' rows. */
  readonly places: number
}

interface RoomOptions {
  readonly columns: readonly OpenIdColumn[]
  readonly layer: LayerPlace
  readonly products: RowProducts
  /** Of the layer's outputs. */
  readonly ofOutputs: Share
}

/** Reserves room for so many examples and opens all products. */
export function openLayerRoom(memory: TableMemory, options: RoomOptions, rows: number): LayerRoom {
  const { columns, layer, ofOutputs } = options
  const mostIds = Math.min(rows, Math.max(...columns.map(({ idCount }) => idCount)))
  const slotBytes = rowBytes * mostIds
  const area = memory.allocate(4 * roomOfIds(columns.length, mostIds))
  const slots = columns.map((_, index) => area + slotBytes * (index % groupColumns))
  const [begin, end] = rangeOf(layer.outputs, ofOutputs)
  const blocks = starts(end - begin, blockOutputs).map((own): LayerBlock => {
    const first = begin + own
    const outputs = Math.min(blockOutputs, end - first)
    const products = columns.map((column, index) => {
      const slot = memory.float32(slots[index] ?? 0, slotBytes / 4)
      return openProducts(memory, options, {
        first,
        column,
        rows: { data: slot, stride: blockOutputs, columns: outputs },
        isAdding: own > 0,
      })
    })
    const groups = starts(columns.length, groupColumns).map((at) => ({
      first: at,
      columns: products.slice(at, at + groupColumns),
    }))
    return { first, outputs, groups }
  })
  return { rows, blocks, slots, places: memory.allocate(4 * columns.length * rows) }
}

interface ProductPlaces {
  /** The block's first output. */
  readonly first: number
  readonly column: OpenIdColumn
  /** Where the rows of the column's ids lie. */
  readonly rows: Matrix
  /** Whether the gradients of the ids have those of other outputs already. */
  readonly isAdding: boolean
}

function openProducts(
  memory: TableMemory,
  { layer, products }: RoomOptions,
  { first, column, rows, isAdding }: ProductPlaces,
): ColumnProducts {
  const { embeddings, gradientsOfIds, weightRow, dimension } = column
  const ofLayer = (place: number): Matrix => ({
    data: memory.float32(
      place + 4 * (layer.outputs * weightRow + first),
      layer.outputs * (dimension - 1) + rows.columns,
    ),
    stride: layer.outputs,
    columns: rows.columns,
  })
  return {
    column,
    slot: rows.data.byteOffset,
    outputs: products.outputs(embeddings, ofLayer(layer.weights), rows),
    weightGradient: products.weightGradient(embeddings, rows, ofLayer(layer.gradient)),
    inputGradient: products.inputGradient(rows, ofLayer(layer.weights), gradientsOfIds, isAdding),
  }
}

const starts = (count: number, step: number): number[] =>
  Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step)
