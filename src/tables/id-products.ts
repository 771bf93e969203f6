/**
 * What columns of few ids add to a layer: the products of their rows with the layer's weights, made once for each distinct id of a part of a batch, and added
 * up example by example. On the way back the layer's gradient is summed by id first. The function is that of the whole product; saved are the multiplications
 * of ids that come again.
 */
import type { IdColumnPlace, OpenIdColumn } from './id-column.js'
import { openIdColumn } from './id-column.js'
import type { LayerPlace, LayerRoom } from './layer-blocks.js'
import { openLayerRoom, rowBytes } from './layer-blocks.js'
import type { LookupRows, RowRange } from './lookup.js'
import type { OptimizerStep } from './optimizer.js'
import type { RowProducts } from './row-products.js'
import { kernelRowProducts } from './row-products.js'
import type { Share } from './share.js'
import type { ShardedTable } from './sharded-table.js'
import type { Table } from './table.js'
import type { TableMemory } from './table-memory.js'
import { createTouchedRows } from './touched-rows.js'

export interface IdProductsOptions {
  readonly columns: readonly IdColumnPlace[]
  /** By name. */
  readonly tables: ReadonlyMap<string, ShardedTable>
  readonly layer: LayerPlace
  /** The part, and the rows of the tables that are updated here. */
  readonly share: Share
  /** What multiplies. Default: the kernels. */
  readonly products?: RowProducts | undefined
}

export interface IdProducts {
  /** The layer's bias plus the products of some rows of a batch, `count × outputs`; valid until the next call. */
  forward(batch: LookupRows, range: RowRange): Float32Array
  /** Takes the gradient of those: leaves the gradients of the weights' rows and, for their owners, of the tables'. */
  takeGradient(gradient: Float32Array | Float64Array): void
  /** Σ g² over the rows that are updated here, those of all parts summed first. */
  squaredNorm(): number
  /** Updates those rows by the gradients of all parts, in their order. */
  update(step: OptimizerStep): void
  /** Floats of the distinct ids that the last `forward` has multiplied. */
  floatsOfIds(): number
}

export { placeIdColumn } from './id-column.js'
export type { IdColumn, IdColumnPlace } from './id-column.js'
export { roomOfIds } from './layer-blocks.js'
export type { Matrix, RowProducts } from './row-products.js'

/** Opens the products of a part of a batch. */
export function createIdProducts(
  memory: TableMemory,
  { columns: places, tables, layer, share, products = kernelRowProducts(memory) }: IdProductsOptions,
): IdProducts {
  const touched = createTouchedRows(memory, share)
  const columns = places.map((place) => openIdColumn(memory, place, { table: tableOf(tables, place), share, touched }))
  const { outputs } = layer
  // What is reserved is zero.
  const bias = layer.bias ?? memory.allocate(4 * outputs)
  const openRoom = (rows: number): LayerRoom => openLayerRoom(memory, { columns, layer, products }, rows)
  let part: Part = { memory, columns, layer: { ...layer, bias }, room: openRoom(1), rowCount: 0 }
  return {
    forward(batch, range) {
      touched.renew()
      const { room } = part
      const rowCount = range.count
      part = { ...part, rowCount, room: rowCount > room.rows ? openRoom(Math.max(rowCount, 2 * room.rows)) : room }
      placeIds(part, batch, range)
      addUp(part)
      return memory.float32(part.room.added, rowCount * outputs)
    },
    takeGradient(gradient) {
      memory.float32(part.room.gradient, part.rowCount * outputs).set(gradient)
      differentiate(part)
    },
    squaredNorm: () => columns.reduce((sum, column) => sum + column.squaredNorm(), 0),
    update(step) {
      for (const column of columns) column.update(step)
    },
    floatsOfIds: () => columns.reduce((sum, column) => sum + column.dimension * column.found(), 0),
  }
}

interface Part {
  readonly memory: TableMemory
  readonly columns: readonly OpenIdColumn[]
  readonly layer: LayerPlace & { readonly bias: number }
  readonly room: LayerRoom
  readonly rowCount: number
}

/** Bytes from one example's places to the next. */
const strideOf = (columns: readonly OpenIdColumn[]): number => 4 * columns.length

function placeIds({ columns, room }: Part, batch: LookupRows, range: RowRange): void {
  const stride = strideOf(columns)
  for (const [index, column] of columns.entries())
    column.place(batch, range, { first: room.slots[index] ?? 0, rowBytes, places: room.places + 4 * index, stride })
}

function addUp({ memory: { kernels }, columns, layer: { bias, outputs }, room, rowCount }: Part): void {
  if (rowCount === 0) return
  for (const block of room.blocks) {
    const own = 4 * block.first
    const out = room.added + own
    for (const { first, columns: products } of block.groups) {
      for (const product of products) product.outputs(product.column.found())
      const isFirst = first === 0
      kernels.addRowsOfIds(
        room.places + 4 * first,
        strideOf(columns),
        rowCount,
        products.length,
        isFirst ? bias + own : out,
        isFirst ? 0 : outputs,
        block.outputs,
        out,
        outputs,
      )
    }
  }
}

function differentiate({ memory: { kernels }, columns, layer, room, rowCount }: Part): void {
  if (rowCount === 0) {
    for (const { weightRow, dimension } of columns)
      kernels.clear(layer.gradient + 4 * layer.outputs * weightRow, 4 * layer.outputs * dimension)
    return
  }
  for (const { first: output, outputs, groups } of room.blocks) {
    const gradient = room.gradient + 4 * output
    for (const { first, columns: products } of groups) {
      for (const { slot, column } of products) kernels.clear(slot, rowBytes * column.found())
      const places = room.places + 4 * first
      kernels.sumRowsOfIds(places, strideOf(columns), rowCount, products.length, gradient, layer.outputs, outputs)
      for (const product of products) {
        product.weightGradient(product.column.found())
        product.inputGradient(product.column.found())
      }
    }
  }
}

function tableOf(tables: ReadonlyMap<string, ShardedTable>, { table: name }: IdColumnPlace): Table {
  const [table] = tables.get(name)?.shards ?? []
  if (!table) throw new Error(`internal: no table ${name}`)
  return table
}
