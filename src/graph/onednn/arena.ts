/**
 * The memory of a graph's values, with the kernels that work in it, and what a run does there: a run of the same shapes only does it again.
 * It is not shared with other threads: ONNX Runtime refuses such memory on Node 20.
 */
import { readFileSync } from 'node:fs'

/** The functions of src/graph/assembly; pointers are byte offsets. */
export interface GraphKernels {
  heapBase(): number
  add(a: number, b: number, out: number, count: number): void
  multiply(a: number, b: number, out: number, count: number): void
  multiplyHeaviside(a: number, y: number, out: number, count: number): void
  relu(x: number, out: number, count: number): void
  addBias(values: number, bias: number, rows: number, columns: number): void
  addBiasRelu(values: number, bias: number, rows: number, columns: number): void
  sumRows(x: number, out: number, rows: number, columns: number): void
  toBfloat16(x: number, out: number, count: number): void
  fromBfloat16(x: number, out: number, count: number): void
  multiplyHeavisideBfloat16(a: number, y: number, out: number, count: number): void
  sumRowsBfloat16(x: number, out: number, rows: number, columns: number): void
}

const pageBytes = 65536
const maximumPages = 65536
/** A cache line. */
const alignment = 64

let compiled: WebAssembly.Module | undefined

/** `dist/graph/kernels.wasm`, whether this runs from `src` or from `dist`; the kernels of tables are built with it. */
function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../../dist/graph/kernels.wasm', import.meta.url)))
  return compiled
}

export class Arena {
  readonly kernels: GraphKernels
  private readonly memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: false })
  private readonly functions = new WeakMap<object, Map<string, (...numbers: number[]) => void>>()
  private readonly free = new Map<number, number[]>()
  private readonly start: number
  private end: number
  private done: (() => void)[] = []

  constructor() {
    const { exports } = new WebAssembly.Instance(kernelModule(), { env: { memory: this.memory } })
    this.kernels = exports as unknown as GraphKernels
    this.start = Math.ceil(this.kernels.heapBase() / alignment) * alignment
    this.end = this.start
  }

  /** Does what can be done again once all values have their places. */
  do(work: () => void): void {
    work()
    this.done.push(work)
  }

  /** Does again, in its order, all that was done since `reset`. */
  doAgain(): void {
    // An index, since this is all that a training's step does between its products.
    for (let at = 0; at < this.done.length; at++) this.done[at]?.()
  }

  /** Forgets every value, and what was done. */
  reset(): void {
    this.done = []
    this.end = this.start
    for (const places of this.free.values()) places.length = 0
  }

  /** A place of so many bytes, that of a released value of this size first; what is there is not cleared. */
  allocate(bytes: number): number {
    return this.free.get(bytes)?.pop() ?? this.allocateLasting(bytes)
  }

  /** A place that no other value has in a run: what is written there once stands when the run is done again. */
  allocateLasting(bytes: number): number {
    const place = this.end
    this.end += Math.ceil(bytes / alignment) * alignment
    const missing = Math.ceil((this.end - this.memory.buffer.byteLength) / pageBytes)
    if (missing > 0) this.memory.grow(missing)
    return place
  }

  release(place: number, bytes: number): void {
    const places = this.free.get(bytes)
    if (places) places.push(place)
    else this.free.set(bytes, [place])
  }

  /** A function of whole numbers that works in this memory, written at the first call: of an owner one for each variant. */
  written(owner: object, variant: string, write: () => Uint8Array<ArrayBuffer>): (...numbers: number[]) => void {
    const variants = this.functions.get(owner) ?? new Map<string, (...numbers: number[]) => void>()
    this.functions.set(owner, variants)
    const known = variants.get(variant)
    if (known) return known
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(write()), { env: { memory: this.memory } })
    const run = exports['run'] as (...numbers: number[]) => void
    variants.set(variant, run)
    return run
  }

  /** A view that stands until the memory grows. */
  float32(place: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, place, length)
  }

  /** The same of integers. */
  int32(place: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, place, length)
  }

  /** The same of bytes. */
  uint8(place: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, place, length)
  }

  /** The same of numbers in bfloat16. */
  uint16(place: number, length: number): Uint16Array {
    return new Uint16Array(this.memory.buffer, place, length)
  }
}
