import type { TableMemory } from './table-memory.js'
import { createGrowingBuffer } from './table-memory.js'
import type { GrowingBuffer } from './table-memory.js'

export interface DropoutMaskOptions {
  /** Filled with 0 or 1/keepProbability, row-major. */
  readonly target: Float32Array
  readonly columns: number
  readonly key: number
  /** Global number of the first row. */
  readonly firstRow: number
  /** In (0, 1). */
  readonly keepProbability: number
}

const buffers = new WeakMap<TableMemory, GrowingBuffer>()

/** Draws a dropout mask: a pure function of key, global row and column. */
export function dropoutMask(
  memory: TableMemory,
  { target, columns, key, firstRow, keepProbability }: DropoutMaskOptions,
): void {
  const buffer = buffers.get(memory) ?? createGrowingBuffer(memory)
  buffers.set(memory, buffer)
  const at = buffer.reserve(4 * target.length)
  const threshold = Math.min(0xffffffff, Math.round(keepProbability * 0x100000000))
  memory.kernels.dropoutMask(at, target.length / columns, columns, key, firstRow, threshold, 1 / keepProbability)
  target.set(memory.float32(at, target.length))
}
