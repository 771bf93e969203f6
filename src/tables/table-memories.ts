/**
 * The memories of a model. One WebAssembly memory holds 4 GiB and kernels see one memory: all that they work on lies in the home, and
 * rows of tables that have no room there lie in others.
 */
import type { TableMemory } from './table-memory.js'
import { createTableMemory, memoryBytes } from './table-memory.js'

export interface TableMemories {
  /** Where dense parameters and batches lie, and tables while there is room. */
  readonly home: TableMemory
  /** The home, then the others. */
  readonly all: readonly TableMemory[]
  /** One of them by its number. */
  at(index: number): TableMemory
  /** Chooses where the rows of a new table go, in their order: to the first memory that has room for all, else to as few new ones as can be. */
  divide(rowCount: number, rowBytes: number): readonly RowsPlace[]
}

/** So many rows in one memory, by its number. */
export interface RowsPlace {
  readonly memory: number
  readonly rowCount: number
}

export interface TableMemoriesOptions {
  /** Bytes of each memory that tables leave free, for dense parameters and what a batch takes. Default: 512 MiB, which is also the least that is left. */
  readonly buffers?: number
  /** The memories of another thread, which has made the tables. Default: new ones. */
  readonly shared?: readonly WebAssembly.Memory[]
}

const leastBuffers = 2 ** 29

/** Makes the home of a model; the other memories are made when a table needs them. */
export function createTableMemories({ buffers = 0, shared = [] }: TableMemoriesOptions = {}): TableMemories {
  const tableBytes = memoryBytes - Math.max(buffers, leastBuffers)
  const [first, ...others] = shared
  const home = createTableMemory(first)
  const all = [home, ...others.map((memory) => createTableMemory(memory))]
  const free = all.map(() => tableBytes)
  const take = (memory: number, rowCount: number, rowBytes: number): RowsPlace => {
    free[memory] = (free[memory] ?? 0) - rowCount * rowBytes
    return { memory, rowCount }
  }
  return {
    home,
    all,
    at(index) {
      const memory = all[index]
      if (!memory) throw new Error(`internal: there is no memory ${String(index)}`)
      return memory
    },
    divide(rowCount, rowBytes) {
      const roomy = free.findIndex((bytes) => bytes >= rowCount * rowBytes)
      if (roomy >= 0) return [take(roomy, rowCount, rowBytes)]
      const most = Math.max(1, Math.floor(tableBytes / rowBytes))
      return Array.from({ length: Math.ceil(rowCount / most) }, (_, index) => {
        all.push(createTableMemory())
        free.push(tableBytes)
        return take(all.length - 1, Math.min(most, rowCount - index * most), rowBytes)
      })
    },
  }
}
