/** The executor seam: whatever runs a written graph. ONNX Runtime is the embedded default (DESIGN §4). */
import type { SegmentedProgram } from './segment.js'
import type { Tensor } from './tensor.js'

export interface TensorData {
  /** Row-major values, in memory of any kind. Made of `bytes` when they are read, where there are such. */
  readonly data: Float32Array | Float64Array
  readonly shape: readonly number[]
  /** The same as whole numbers times `scale`, for who reads a quarter of the memory. */
  readonly bytes?: { readonly values: Uint8Array; readonly scale: number }
  /** The same in bfloat16, for who multiplies that; whoever has them can round them where they lie. */
  rounded?(): Uint16Array
}

/** Where outputs are to lie, by their names. */
export type Targets = Readonly<Record<string, Float32Array>>

export interface CompileOptions {
  /** Threads inside one run. Default 1. */
  readonly threads?: number
  /**
   * Whether idle threads wait in a busy loop. Default true, the runtime's own. With two threads and pauses of 20 ms between
   * runs of a 429→400→400→400→1 step at batch 1024, false took about 30% less processor time and as long in the runs.
   */
  readonly spinning?: boolean
}

export interface CompiledGraph {
  /**
   * Runs the graph; feeds that it has no input for are ignored. Feeds are not kept; results stand until the next run. An output with a
   * target, an array of its size in memory of any kind, is left there.
   */
  run(feeds: Readonly<Record<string, TensorData>>, targets?: Targets): Promise<Record<string, TensorData>>
  /** Frees the native memory; closing again does nothing, running afterwards is a bug. */
  close(): Promise<void>
}

/** What an executor runs, as plain data that another thread may be sent: an ONNX model, or segments in their order. */
export type Program = Uint8Array | SegmentedProgram

export type ExecutorName = 'onnxruntime' | 'onednn'

/** A matrix from its first number on, in memory of any kind; `stride` numbers from one row to the next. */
export interface StridedMatrix {
  readonly data: Float32Array
  readonly stride: number
}

/** out = op(a)·op(b), `m × n` with the inner size `k`, 1 at least; added to what is there where `isAdding`. */
export interface StridedProduct {
  readonly a: StridedMatrix
  readonly b: StridedMatrix
  readonly out: StridedMatrix
  readonly m: number
  readonly n: number
  readonly k: number
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  readonly isAdding?: boolean
}

export interface Executor {
  readonly name: ExecutorName
  /** Multiplies float32 beside any graph; only executors have it whose call costs little beside a product of some hundred rows. */
  readonly multiply?: (product: StridedProduct, threads: number) => void
  /** Writes the float32 graph of some outputs as this executor runs it. */
  write(outputs: Readonly<Record<string, Tensor>>): Program
  /** Compiles what was written; throws `GRAPH_EXECUTOR_FAILED` with the executor's own words. */
  compile(program: Program, options?: CompileOptions): Promise<CompiledGraph>
}

/** A result in its target, where it has one. */
export function leftIn(target: Float32Array | undefined, result: TensorData): TensorData {
  if (!target || target === result.data) return result
  target.set(result.data)
  return { ...result, data: target }
}
