/**
 * What columns of few ids add to a layer: the products of their rows with the layer's weights, made once for each distinct id of a part of a batch, and added
 * up example by example. On the way back the layer's gradient is summed by id first. The function is that of the whole product; saved are the multiplications
 * of ids that come again.
 */
import type { IdColumnPlace, LayerPlace } from './id-column.js'
import { openIdColumn } from './id-column.js'
import type { LookupRows, RowRange } from './lookup.js'
import type { OptimizerStep } from './optimizer.js'
import type { Share } from './share.js'
import type { ShardedTable } from './sharded-table.js'
import type { Table } from './table.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'
import { createTouchedRows } from './touched-rows.js'

export interface IdProductsOptions {
  readonly columns: readonly IdColumnPlace[]
  /** By name. */
  readonly tables: ReadonlyMap<string, ShardedTable>
  readonly layer: LayerPlace
  /** The part, and the rows of the tables that are updated here. */
  readonly share: Share
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

/** Rows of the layer's gradient that are copied to this memory together: they stay in the cache. */
const blockRows = 64

/** Opens the products of a part of a batch. */
export function createIdProducts(
  memory: TableMemory,
  { columns: places, tables, layer, share }: IdProductsOptions,
): IdProducts {
  const { kernels } = memory
  const { outputs } = layer
  const touched = createTouchedRows(memory, share)
  const columns = places.map((place) =>
    openIdColumn(memory, { place, table: tableOf(tables, place), layer, share, touched }),
  )
  const rowBytes = 4 * outputs
  // What is reserved is zero.
  const bias = layer.bias ?? memory.allocate(rowBytes)
  // The rows of the ids: products on the way out, sums on the way back.
  const area = memory.allocate(rowBytes * places.reduce((sum, { idCount }) => sum + idCount, 0))
  const block = memory.allocate(rowBytes * blockRows)
  const examples = createGrowingBuffer(memory)
  const staging = createGrowingBuffer(memory)
  const stride = 4 * columns.length
  let rowCount = 0
  let idCount = 0
  return {
    forward(batch, range) {
      touched.renew()
      rowCount = range.count
      idCount = 0
      const first = examples.reserve(stride * rowCount)
      for (const [index, column] of columns.entries())
        idCount += column.multiply(batch, range, { places: first + 4 * index, stride, out: area + rowBytes * idCount })
      const out = staging.reserve(rowBytes * rowCount)
      kernels.addRowsOfIds(first, rowCount, columns.length, bias, outputs, out)
      return memory.float32(out, rowCount * outputs)
    },
    takeGradient(gradient) {
      memory.float32(area, idCount * outputs).fill(0)
      const all = examples.reserve(stride * rowCount)
      for (let row = 0; row < rowCount; row += blockRows) {
        const count = Math.min(blockRows, rowCount - row)
        memory.float32(block, count * outputs).set(gradient.subarray(row * outputs, (row + count) * outputs))
        kernels.sumRowsOfIds(all + stride * row, count, columns.length, block, outputs)
      }
      let sums = area
      for (const column of columns) sums += rowBytes * column.differentiate(sums)
    },
    squaredNorm: () => columns.reduce((sum, column) => sum + column.squaredNorm(), 0),
    update(step) {
      for (const column of columns) column.update(step)
    },
    floatsOfIds: () => columns.reduce((sum, column) => sum + column.floatsOfIds(), 0),
  }
}

function tableOf(tables: ReadonlyMap<string, ShardedTable>, { table: name }: IdColumnPlace): Table {
  const [table] = tables.get(name)?.shards ?? []
  if (!table) throw new Error(`internal: no table ${name}`)
  return table
}
