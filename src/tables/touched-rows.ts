/**
 * Which rows of its tables a share has to update after a batch, and for which examples: the ids of the columns that look a table up, those of other
 * owners left out, sorted by row. Sorted once for all tables that the same columns look up: the wide weights and the embeddings of a column.
 */
import type { PlacedIds, UpdatedPart } from './lookup-part.js'
import type { Share } from './share.js'
import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'

/** Touches of one table's rows, by row, those of one row in the order of the batch; see assembly/touches.ts. */
export interface Touches {
  readonly place: number
  readonly count: number
}

/** The touches by some columns. */
export interface ColumnTouches {
  readonly owner: number
  readonly owners: number
  /** Those of the batch whose ids the parts hold now. */
  find(): Touches
}

export interface TouchedRows {
  /** Whose rows they are. */
  readonly share: Share
  /** Says that another batch has come. */
  renew(): void
  /** The touches by the columns of some parts of one table; the same for parts of the same columns. */
  of(parts: readonly UpdatedPart[]): ColumnTouches
}

/** Bytes of a touch. */
const touchBytes = 8
/** Of the counters of one pass of the sort. */
const counterBytes = 4096

/** Makes the touched rows of a share. */
export function createTouchedRows(memory: TableMemory, share: Share): TouchedRows {
  const { kernels } = memory
  const known = new Map<string, ColumnTouches>()
  const spare = createGrowingBuffer(memory)
  const counters = createGrowingBuffer(memory)
  let batch = 0
  const create = (parts: readonly UpdatedPart[]): ColumnTouches => {
    // Frequent ids come first in every table: their owner changes from one to the next.
    const owner = (share.index + known.size) % share.count
    const owners = share.count
    const buffer = createGrowingBuffer(memory)
    const bits = 32 - Math.clz32((parts[0]?.table.rowCount ?? 1) - 1)
    let foundOf = -1
    let found: Touches = { place: 0, count: 0 }
    const find = (): Touches => {
      const room = touchBytes * (1 + parts.reduce((sum, { current }) => sum + current.idCount, 0))
      const place = buffer.reserve(room)
      let [count, firstTerm] = [0, 0]
      for (const { current } of parts) {
        const { ids, offsets, weights, rowCount } = current
        const end = place + touchBytes * count
        count += kernels.findTouches(ids, offsets, weights, rowCount, firstTerm, owner, owners, end)
        firstTerm += termCount(current)
      }
      kernels.sortTouches(place, spare.reserve(room), count, bits, counters.reserve(counterBytes))
      return { place, count }
    }
    return {
      owner,
      owners,
      find() {
        if (foundOf !== batch) found = find()
        foundOf = batch
        return found
      },
    }
  }
  return {
    share,
    renew: () => {
      batch++
    },
    of(parts) {
      const key = JSON.stringify(parts.map(({ column }) => column))
      const touches = known.get(key) ?? create(parts)
      known.set(key, touches)
      return touches
    },
  }
}

/** Bytes of a term. */
export const termBytes = 8

/** Terms of a part's column: one an example, or one an id where ids have weights. */
export const termCount = ({ weights, idCount, rowCount }: PlacedIds): number => (weights === 0 ? rowCount : idCount)
