/** One column of a lookup, with the ids of the batch where the kernels read them. */
import type { IdLists, RowCombiner } from './id-lists.js'
import type { Table } from './table.js'
import type { GrowingBuffer, TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'

export interface LookupPart {
  readonly table: Table
  /** Name of the column whose ids are looked up. */
  readonly column: string
  /** First column of the staging matrix that the part writes. */
  readonly offset: number
  readonly combiner: RowCombiner
}

/** A part with the ids whose rows are updated. */
export interface UpdatedPart extends LookupPart {
  readonly current: PlacedIds
}

/** A part with its buffers: ids, offsets and weights of the batch in WebAssembly memory. */
export interface BoundPart extends UpdatedPart {
  readonly isAdding: boolean
  readonly buffers: {
    readonly ids: GrowingBuffer
    readonly offsets: GrowingBuffer
    readonly weights: GrowingBuffer
  }
}

/** Where the ids of some rows are; `offsets` or `weights` 0: there are none, each row has one id, or each id weighs 1. */
export interface PlacedIds {
  rowCount: number
  idCount: number
  ids: number
  offsets: number
  weights: number
}

/** What the kernels call a combiner. */
export const combinerCodes: Record<RowCombiner, number> = { sum: 0, mean: 1, sqrtn: 2 }

/** Makes the buffers of a part. */
export function bindPart(memory: TableMemory, part: LookupPart, isAdding: boolean): BoundPart {
  const buffer = (): GrowingBuffer => createGrowingBuffer(memory)
  const buffers = { ids: buffer(), offsets: buffer(), weights: buffer() }
  return { ...part, isAdding, buffers, current: { rowCount: 0, idCount: 0, ids: 0, offsets: 0, weights: 0 } }
}

/** Brings the batch's ids into WebAssembly memory, where they are not there already. */
export function loadIds(memory: TableMemory, part: BoundPart, lists: IdLists | undefined, rowCount: number): void {
  if (!lists) throw new Error(`internal: the batch has no ids of column ${part.column}`)
  const { ids, offsets, weights } = lists
  const { buffers, current } = part
  current.ids = placed(memory, buffers.ids, ids)
  current.offsets = offsets ? placed(memory, buffers.offsets, offsets) : 0
  current.weights = weights ? placed(memory, buffers.weights, weights) : 0
  current.rowCount = rowCount
  current.idCount = offsets ? (offsets[rowCount] ?? 0) : rowCount
}

function placed(memory: TableMemory, buffer: GrowingBuffer, values: Int32Array | Float32Array): number {
  const place = memory.placeOf(values)
  if (place !== null) return place
  const offset = buffer.reserve(4 * values.length)
  if (values instanceof Int32Array) memory.int32(offset, values.length).set(values)
  else memory.float32(offset, values.length).set(values)
  return offset
}
