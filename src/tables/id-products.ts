/**
 * What columns of few ids add to a layer: the products of their rows with the layer's weights, made once for each distinct id of some rows of a batch, and added
 * up example by example. On the way back the layer's gradient is summed by id first. The function is that of the whole product; saved are the multiplications
 * of ids that come again. Threads share the rows of a batch, or the outputs of the layer: then an id that both have among their rows is multiplied once.
 */
import type { IdColumnPlace, OpenIdColumn } from './id-column.js'
import { openIdColumn } from './id-column.js'
import type { LayerPlace, LayerRoom } from './layer-blocks.js'
import { openLayerRoom, rowBytes } from './layer-blocks.js'
import type { LookupRows, RowRange } from './lookup.js'
import type { OptimizerStep } from './optimizer.js'
import type { RowProducts } from './row-products.js'
import { kernelRowProducts } from './row-products.js'
import { rangeOf, wholeShare } from './share.js'
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
  /** Whose gradients are left and whose rows of the tables are updated here. */
  readonly share: Share
  /** The share of the layer's outputs that is made here. Default: all. */
  readonly ofOutputs?: Share | undefined
  /** What multiplies. Default: the kernels. */
  readonly products?: RowProducts | undefined
}

export interface IdProducts {
  /** Leaves the layer's bias plus the products of some rows of a batch at `to`, where the batch has `rowCount × outputs`. */
  forward(batch: LookupRows, range: RowRange, to: number): void
  /** From the gradient of those at `from`, of the same form: leaves the gradients of the weights' rows and, for their owners, of the tables'. */
  differentiate(from: number): void
  /** Σ g² over the rows that are updated here, those that all shares left summed first. */
  squaredNorm(): number
  /** Updates those rows by the gradients that all shares left, in their order. */
  update(step: OptimizerStep): void
  /** Multiplications of the last `forward`. */
  multiplications(): number
}

export { placeIdColumn } from './id-column.js'
export type { IdColumn, IdColumnPlace } from './id-column.js'
export { roomOfIds } from './layer-blocks.js'
export type { Matrix, RowProducts } from './row-products.js'

/** Opens the products of a share. */
export function createIdProducts(
  memory: TableMemory,
  {
    columns: places,
    tables,
    layer,
    share,
    ofOutputs = wholeShare,
    products = kernelRowProducts(memory),
  }: IdProductsOptions,
): IdProducts {
  const touched = createTouchedRows(memory, share)
  const columns = places.map((place) => openIdColumn(memory, place, { table: tableOf(tables, place), share, touched }))
  const { outputs } = layer
  // What is reserved is zero.
  const bias = layer.bias ?? memory.allocate(4 * outputs)
  const openRoom = (rows: number): LayerRoom => openLayerRoom(memory, { columns, layer, products, ofOutputs }, rows)
  const [begin, end] = rangeOf(outputs, ofOutputs)
  let own: OpenProducts = {
    memory,
    columns,
    layer: { ...layer, bias },
    room: openRoom(1),
    range: { first: 0, count: 0 },
  }
  return {
    forward(batch, range, to) {
      touched.renew()
      const { room } = own
      const { count } = range
      own = { ...own, range, room: count > room.rows ? openRoom(Math.max(count, 2 * room.rows)) : room }
      placeIds(own, batch)
      addUp(own, to)
    },
    differentiate(from) {
      differentiate(own, from)
    },
    squaredNorm: () => columns.reduce((sum, column) => sum + column.squaredNorm(), 0),
    update(step) {
      for (const column of columns) column.update(step)
    },
    multiplications: () => (end - begin) * columns.reduce((sum, column) => sum + column.dimension * column.found(), 0),
  }
}

interface OpenProducts {
  readonly memory: TableMemory
  readonly columns: readonly OpenIdColumn[]
  readonly layer: LayerPlace & { readonly bias: number }
  readonly room: LayerRoom
  readonly range: RowRange
}

/** Bytes from one example's places to the next. */
const strideOf = (columns: readonly OpenIdColumn[]): number => 4 * columns.length

function placeIds({ columns, room, range }: OpenProducts, batch: LookupRows): void {
  const stride = strideOf(columns)
  for (const [index, column] of columns.entries())
    column.place(batch, range, { first: room.slots[index] ?? 0, rowBytes, places: room.places + 4 * index, stride })
}

function addUp(
  { memory: { kernels }, columns, layer: { bias, outputs }, room, range }: OpenProducts,
  to: number,
): void {
  if (range.count === 0) return
  for (const block of room.blocks) {
    const own = 4 * block.first
    const out = to + 4 * outputs * range.first + own
    for (const { first, columns: products } of block.groups) {
      for (const product of products) product.outputs(product.column.found())
      const isFirst = first === 0
      kernels.addRowsOfIds(
        room.places + 4 * first,
        strideOf(columns),
        range.count,
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

function differentiate({ memory: { kernels }, columns, layer, room, range }: OpenProducts, from: number): void {
  const { first: firstRow, count } = range
  if (count === 0) {
    for (const { weightRow, dimension } of columns)
      kernels.clear(layer.gradient + 4 * layer.outputs * weightRow, 4 * layer.outputs * dimension)
    return
  }
  for (const { first: output, outputs, groups } of room.blocks) {
    const gradient = from + 4 * (layer.outputs * firstRow + output)
    for (const { first, columns: products } of groups) {
      for (const { slot, column } of products) kernels.clear(slot, rowBytes * column.found())
      const places = room.places + 4 * first
      kernels.sumRowsOfIds(places, strideOf(columns), count, products.length, gradient, layer.outputs, outputs)
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
