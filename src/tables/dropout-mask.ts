import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'

export interface DropoutMaskOptions {
  readonly rows: number
  readonly columns: number
  readonly key: number
  /** Global number of the first row. */
  readonly firstRow: number
  /** In (0, 1). */
  readonly keepProbability: number
}

/** A mask, row-major, in the drawer's memory: it stands until the next is drawn. */
export interface DropoutMask {
  /** 1 for what is kept, else 0. */
  readonly bytes: Uint8Array
  /** 1/keepProbability: what is kept is multiplied by. */
  readonly scale: number
  /** 0 or `scale` for each. */
  scaled(): Float32Array
}

/** Draws dropout masks, one at a time: each a pure function of key, global row and column. */
export function createDropoutDrawer(memory: TableMemory): (options: DropoutMaskOptions) => DropoutMask {
  const [drawn, widened] = [createGrowingBuffer(memory), createGrowingBuffer(memory)]
  return ({ rows, columns, key, firstRow, keepProbability }) => {
    const count = rows * columns
    const at = drawn.reserve(count)
    const threshold = Math.min(0xffffffff, Math.round(keepProbability * 0x100000000))
    const scale = 1 / keepProbability
    memory.kernels.dropoutMask(at, rows, columns, key, firstRow, threshold)
    return {
      bytes: memory.uint8(at, count),
      scale,
      scaled() {
        const place = widened.reserve(4 * count)
        memory.kernels.scaleBytes(at, place, count, scale)
        return memory.float32(place, count)
      },
    }
  }
}
