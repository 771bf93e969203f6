/** A column of one id a row whose rows enter a layer once for each distinct id, and the update of its table from what all parts leave. */
import type { UpdatedPart } from './lookup-part.js'
import { bindPart, loadIds } from './lookup-part.js'
import type { LookupRows, RowRange } from './lookup.js'
import type { OptimizerStep } from './optimizer.js'
import type { RowUpdate } from './row-update.js'
import { createRowUpdates } from './row-update.js'
import type { Matrix } from './row-products.js'
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

/** Rows of a layer that ids get, and for each example the place of its own, `stride` bytes apart. */
export interface RowsOfIds {
  readonly first: number
  readonly rowBytes: number
  readonly places: number
  readonly stride: number
}

export interface OpenIdColumn extends IdColumnPlace {
  /** The embeddings of the ids that were placed last, and the gradients that are left of them; a row for every id that there is. */
  readonly embeddings: Matrix
  readonly gradientsOfIds: Matrix
  /** Gives each distinct id of the range a row, gathers their embeddings and answers how many there are. */
  place(rows: LookupRows, range: RowRange, to: RowsOfIds): number
  squaredNorm(): number
  update(step: OptimizerStep): void
  /** How many ids were placed last. */
  found(): number
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

export interface IdColumnOptions {
  readonly table: Table
  readonly share: Share
  readonly touched: TouchedRows
}

/** Opens a column for a part. */
export function openIdColumn(memory: TableMemory, given: IdColumnPlace, options: IdColumnOptions): OpenIdColumn {
  const { kernels } = memory
  const { table, share } = options
  const { column, idCount, dimension } = given
  const bound = bindPart(memory, { table, column, offset: 0, combiner: 'sum' }, false)
  const placeOfId = memory.allocate(4 * idCount)
  const own = memory.allocate(4 * idCount * dimension)
  const ids = given.ids + 4 * idCount * share.index
  const gradients = given.gradients + 4 * idCount * dimension * share.index
  const counts = memory.int32(given.counts, share.count)
  const matrixAt = (place: number): Matrix => ({
    data: memory.float32(place, idCount * dimension),
    stride: dimension,
    columns: dimension,
  })
  const updates = openUpdates(memory, given, options)
  const batch = { gradient: given.gradients, width: dimension }
  return {
    ...given,
    embeddings: matrixAt(own),
    gradientsOfIds: matrixAt(gradients),
    place(rows, { first, count }, to) {
      loadIds(memory, bound, rows.ids[column], rows.rowCount)
      const { current } = bound
      if (current.offsets !== 0 || current.weights !== 0) throw new Error(`internal: lists of ids in column ${column}`)
      const from = current.ids + 4 * first
      const found = kernels.placeIds(from, count, placeOfId, ids, to.places, to.stride, to.first, to.rowBytes)
      counts[share.index] = found
      kernels.gather(table.offset, table.rowFloats, dimension, ids, 0, 0, 0, found, own, dimension, 0)
      return found
    },
    squaredNorm: () => updates().reduce((sum, one) => sum + one.squaredNorm(batch), 0),
    update(step) {
      for (const one of updates()) one.update(step, batch)
    },
    found: () => counts[share.index] ?? 0,
  }
}

/** The updates of the rows that a share owns: to the table, each part's ids are a column of their own. */
function openUpdates(
  memory: TableMemory,
  { column, idCount, dimension, ids, counts: place }: IdColumnPlace,
  { table, share, touched }: IdColumnOptions,
): () => readonly RowUpdate[] {
  const counts = memory.int32(place, share.count)
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
