/** The executor seam: whatever runs a written graph. ONNX Runtime is the embedded default (DESIGN §4). */

export interface TensorData {
  /** Row-major values. */
  readonly data: Float32Array | Float64Array
  readonly shape: readonly number[]
}

export interface CompileOptions {
  /** Threads inside one run. Default 1. */
  readonly threads?: number
}

export interface CompiledGraph {
  /** Runs the graph; feeds are not kept, results belong to the caller. */
  run(feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>
  /** Frees the native memory. */
  close(): Promise<void>
}

export interface Executor {
  readonly name: string
  /** Compiles an ONNX model; throws `GRAPH_EXECUTOR_FAILED` with the executor's own words. */
  compile(model: Uint8Array, options?: CompileOptions): Promise<CompiledGraph>
}
