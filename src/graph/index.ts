import * as operations from './operations.js'

/** Every operation by name: `operations.matmul(x, w)`. */
export { operations }
export { Graph } from './tensor.js'
export type { Dimension, Shape, Tensor } from './tensor.js'
export { differentiate } from './differentiate.js'
export { partition } from './partition.js'
export type { InputSides, Partition } from './partition.js'
export type { Boundary } from './splitter.js'
export type { Side } from './split.js'
export { readConstants } from './read-onnx.js'
export { writeOnnx } from './write-onnx.js'
export type { Precision } from './write-onnx.js'
export type { CompiledGraph, Executor, TensorData } from './executor.js'
export { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
export { checkGradients } from './gradient-check.js'
export type { GradientDeviation } from './gradient-check.js'
