/** A column of one id a row whose rows enter a layer once for each distinct id, and the update of its table from what all parts leave. */
import type { UpdatedPart } from './lookup-part.js'
import { bindPart, loadIds } from './lookup-part.js'
import type { LookupRows, RowRange } from './lookup.js'
import type { OptimizerStep } from './optimizer.js'
import type { RowUpdate } from './row-update.js'
import { createRowUpdates } from './row-update.js'
import type { Share } from './share.js'
import type { Table } from './table.js'
import type { TableMemory } from './table-memory.js'
import type { TouchedRows } from './touched-rows.js'

export interface IdColumn {
  readonly column: string
  /** The name of its table, which has one shard and is updated by nothing else. */
  readonly table: string
  /** Its first row in the weights of the layer. */
  readonly weightRow: number
  /** Ids that there are. */
  readonly idCount: number
  readonly dimension: number
}

/** A column and where the parts of a batch leave, one after the other, how many ids they have, the ids, and the gradients of their rows. */
export interface IdColumnPlace extends IdColumn {
  readonly counts: number
  readonly ids: number
  readonly gradients: number
}

/** A layer: its outputs, a multiple of 16, and where its weights, its bias and a part's gradient of the weights lie. */
export interface LayerPlace {
  readonly outputs: number
  readonly weights: number
  /** `null`: it has none. */
  readonly bias: number | null
  readonly gradient: number
}

/** Where the layer's rows of ids go, and for each example the place of its own, `stride` bytes apart. */
export interface RowsOfIds {
  readonly out: number
  readonly places: number
  readonly stride: number
}

export interface OpenIdColumn {
  /** Writes the layer's rows of the range's ids; answers how many there are. */
  multiply(rows: LookupRows, range: RowRange, to: RowsOfIds): number
  /** Takes the sums of the layer's gradient by id; answers how many there are. */
  differentiate(sums: number): number
  squaredNorm(): number
  update(step: OptimizerStep): void
  /** Floats of the ids that were multiplied last. */
  floatsOfIds(): number
}

/** Reserves what so many parts leave for each other. */
export function placeIdColumn(memory: TableMemory, column: IdColumn, parts: number): IdColumnPlace {
  const { idCount, dimension } = column
  return {
    ...column,
    counts: memory.allocate(4 * parts),
    ids: memory.allocate(4 * parts * idCount),
    gradients: memory.allocate(4 * parts * idCount * dimension),
  }
}

interface IdColumnOptions {
  readonly place: IdColumnPlace
  readonly table: Table
  readonly layer: LayerPlace
  readonly share: Share
  readonly touched: TouchedRows
}

/** Opens a column for a part. */
export function openIdColumn(memory: TableMemory, options: IdColumnOptions): OpenIdColumn {
  const { kernels } = memory
  const { place, table, layer, share } = options
  const { column, idCount, dimension } = place
  const { offset, rowFloats } = table
  const { outputs } = layer
  const bound = bindPart(memory, { table, column, offset: 0, combiner: 'sum' }, false)
  const placeOfId = memory.allocate(4 * idCount)
  const own = memory.allocate(4 * idCount * dimension)
  const ids = place.ids + 4 * idCount * share.index
  const gradients = place.gradients + 4 * idCount * dimension * share.index
  const counts = memory.int32(place.counts, share.count)
  const weights = layer.weights + 4 * outputs * place.weightRow
  const gradient = layer.gradient + 4 * outputs * place.weightRow
  const updates = openUpdates(memory, options)
  const batch = { gradient: place.gradients, width: dimension }
  return {
    multiply(rows, { first, count }, { places, stride, out }) {
      loadIds(memory, bound, rows.ids[column], rows.rowCount)
      const { current } = bound
      if (current.offsets !== 0 || current.weights !== 0) throw new Error(`internal: lists of ids in column ${column}`)
      const found = kernels.placeIds(current.ids + 4 * first, count, placeOfId, ids, places, stride, out, outputs)
      counts[share.index] = found
      kernels.gather(offset, rowFloats, dimension, ids, 0, 0, 0, found, own, dimension, 0)
      kernels.multiplyRows(own, dimension, 1, found, dimension, weights, outputs, out)
      return found
    },
    differentiate(sums) {
      const found = counts[share.index] ?? 0
      kernels.multiplyRows(own, 1, dimension, dimension, found, sums, outputs, gradient)
      kernels.rowGradientsOfIds(sums, found, dimension, weights, outputs, gradients)
      return found
    },
    squaredNorm: () => updates().reduce((sum, one) => sum + one.squaredNorm(batch), 0),
    update(step) {
      for (const one of updates()) one.update(step, batch)
    },
    floatsOfIds: () => dimension * (counts[share.index] ?? 0),
  }
}

/** The updates of the rows that a share owns: to the table, each part's ids are a column of their own. */
function openUpdates(
  memory: TableMemory,
  { place, table, share, touched }: IdColumnOptions,
): () => readonly RowUpdate[] {
  const { column, idCount, dimension, ids } = place
  const counts = memory.int32(place.counts, share.count)
  const parts = Array.from(counts, (_, index): UpdatedPart => ({
    table,
    column: `${column}/${String(index)}`,
    offset: index * idCount * dimension,
    combiner: 'sum',
    current: { rowCount: 0, idCount: 0, ids: ids + 4 * index * idCount, offsets: 0, weights: 0 },
  }))
  const updates = createRowUpdates(memory, parts, touched)
  return () => {
    for (const [index, { current }] of parts.entries()) current.rowCount = current.idCount = counts[index] ?? 0
    return updates
  }
}
