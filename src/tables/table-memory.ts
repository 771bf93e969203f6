/** One shared WebAssembly memory with an allocator that only goes up: tables and buffers live as long as their memory. */
import { askForLargePages } from '../native/index.js'
import { memoryExceeded } from './errors.js'
import type { Kernels } from './kernels.js'
import { instantiateKernels } from './kernels.js'

const pageBytes = 65536
const maximumPages = 65536
/** What a memory can hold. */
export const memoryBytes = maximumPages * pageBytes
/** A cache line: rows that begin at one are read with fewer misses. */
const alignment = 64
/** From so many bytes on a memory asks for large pages: where the small ones of less lie, a processor remembers. */
const leastLarge = 2 ** 24

export interface TableMemory {
  readonly kernels: Kernels
  /** Everything that the kernel module exports, for the discovery of optimizers. */
  readonly exports: WebAssembly.Exports
  /** The memory itself, which another thread opens as its own. */
  readonly memory: WebAssembly.Memory
  /** Reserves bytes that start at a cache line and are zero; throws `TABLES_MEMORY_EXCEEDED` beyond 4 GiB. */
  allocate(bytes: number): number
  /** A view of the memory as it is now; views stay valid when it grows. */
  float32(offset: number, length: number): Float32Array
  /** Makes such views one after the other: the last one again where it is asked for again, as in every step of a training. */
  createView(): (offset: number, length: number) => Float32Array
  int32(offset: number, length: number): Int32Array
  float64(offset: number, length: number): Float64Array
  uint8(offset: number, length: number): Uint8Array
  /** The offset of a view that this memory gave out; `null` for any other array. */
  placeOf(view: Int32Array | Float32Array): number | null
  /** Makes a place where a view of this memory is rounded to bfloat16; what it answers stands until it is called again. */
  createRounding(): (view: Float32Array) => Uint16Array
}

/** Makes a memory that grows as it is used, or opens that of another thread: what either reserves, the other leaves alone. */
export function createTableMemory(shared?: WebAssembly.Memory): TableMemory {
  const memory = shared ?? new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: true })
  const { kernels, exports } = instantiateKernels(memory)
  // The first line behind the kernels' own data counts the lines that are taken.
  const counter = Math.ceil(kernels.heapBase() / alignment)
  const taken = (): Int32Array => new Int32Array(memory.buffer, counter * alignment, 1)
  if (shared) memory.grow(0)
  else taken()[0] = counter + 1
  // A memory that grows has a new buffer over the same bytes.
  const buffers = new WeakSet<ArrayBufferLike>()
  const buffer = (): ArrayBufferLike => {
    buffers.add(memory.buffer)
    return memory.buffer
  }
  const own: TableMemory = {
    kernels,
    exports,
    memory,
    allocate(bytes) {
      const lines = Math.ceil(bytes / alignment)
      const start = Atomics.add(taken(), 0, lines) * alignment
      const end = start + lines * alignment
      if (end > memoryBytes) {
        Atomics.sub(taken(), 0, lines)
        throw memoryExceeded({ wanted: bytes, used: start })
      }
      growTo(memory, end)
      return start
    },
    float32: (offset, length) => new Float32Array(buffer(), offset, length),
    int32: (offset, length) => new Int32Array(buffer(), offset, length),
    uint8: (offset, length) => new Uint8Array(buffer(), offset, length),
    float64: (offset, length) => new Float64Array(buffer(), offset, length),
    placeOf: (view) => (buffers.has(view.buffer) ? view.byteOffset : null),
    createView() {
      let last = own.float32(0, 0)
      return (offset, length) => {
        if (last.byteOffset !== offset || last.length !== length) last = own.float32(offset, length)
        return last
      }
    },
    createRounding() {
      const place = createGrowingBuffer(own)
      let rounded = new Uint16Array(buffer(), 0, 0)
      return (view) => {
        const out = place.reserve(2 * view.length)
        kernels.toBfloat16(view.byteOffset, out, view.length)
        if (rounded.byteOffset !== out || rounded.length !== view.length)
          rounded = new Uint16Array(buffer(), out, view.length)
        return rounded
      }
    },
  }
  return own
}

/** Grows a memory that another thread may be growing too. */
function growTo(memory: WebAssembly.Memory, end: number): void {
  if (memory.buffer.byteLength >= end) return
  // Growing by nothing makes this thread see what another has added.
  memory.grow(0)
  if (memory.buffer.byteLength >= end) return
  memory.grow(Math.ceil((end - memory.buffer.byteLength) / pageBytes))
  if (end >= leastLarge) askForLargePages(memory.buffer)
}

/** A buffer that is replaced by a larger one when it is too small; the old one stays reserved. */
export interface GrowingBuffer {
  /** Offset of at least so many bytes. */
  reserve(bytes: number): number
}

export function createGrowingBuffer(memory: TableMemory): GrowingBuffer {
  let offset = 0
  let capacity = 0
  return {
    reserve(bytes) {
      if (bytes > capacity) {
        // Doubling bounds what is lost to outgrown buffers by the size of the last.
        capacity = Math.max(bytes, 2 * capacity, 4096)
        offset = memory.allocate(capacity)
      }
      return offset
    },
  }
}
