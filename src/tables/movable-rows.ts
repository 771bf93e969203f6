/** Rows for a lookup to read that are no table's own. */
import type { Table } from './table.js'
import { createTable } from './table.js'
import type { TableMemory } from './table-memory.js'

/** Whoever moves the rows says where they lie now: from `offset` on, each `rowFloats` floats behind the last. */
export interface MovableRows extends Omit<Table, 'offset' | 'rowFloats'> {
  offset: number
  rowFloats: number
}

/** A table of whatever lies at a place; nothing is updated there. */
export function createMovableRows(memory: TableMemory, dimension: number): MovableRows {
  const none = createTable(memory, { name: 'movable rows', rowCount: 0, dimension, optimizer: null })
  return { ...none, offset: 0, rowFloats: dimension }
}
