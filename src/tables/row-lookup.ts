/** A lookup of one column with one id a row: rows of one table by their numbers. */
import type { Lookup, LookupOptions } from './lookup.js'
import { createLookup } from './lookup.js'
import type { Table } from './table.js'

export interface RowLookup extends Lookup {
  /** Copies rows, times their factors (default 1), to a matrix `rows.length × dimension` that is valid until the next call. */
  read(rows: Int32Array, factors?: Float32Array | null): Float32Array
  /** Names the rows that the next gradient is of, without reading them. */
  expect(rows: Int32Array): void
}

const column = 'row'

export function createRowLookup(table: Table, options: Pick<LookupOptions, 'touched' | 'gradients'> = {}): RowLookup {
  const { memory, dimension } = table
  const parts = [{ table, column, offset: 0, combiner: 'sum' }] as const
  const lookup = createLookup(memory, { width: dimension, parts, ...options })
  const batchOf = (ids: Int32Array, weights: Float32Array | null) => ({
    rowCount: ids.length,
    ids: { [column]: { ids, offsets: null, weights } },
  })
  return {
    ...lookup,
    read: (rows, factors = null) => lookup.forward(batchOf(rows, factors)),
    expect: (rows) => {
      lookup.forward(batchOf(rows, null), { first: 0, count: 0 })
    },
  }
}
