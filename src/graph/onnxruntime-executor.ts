/** ONNX Runtime as executor; the sole place that knows `onnxruntime-node`. */
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node'
import { executorFailed } from './errors.js'
import type { CompiledGraph, Executor, TensorData } from './executor.js'
import { leftIn } from './executor.js'
import { writeOnnx } from './write-onnx.js'

/** The embedded executor, which runs a graph as one ONNX model; sessions stay in the thread that compiled them. */
export function createOnnxRuntimeExecutor(): Executor {
  return {
    name: 'onnxruntime',
    write: (outputs) => writeOnnx({ outputs, precision: 'float32' }),
    async compile(model, { threads = 1, spinning = true } = {}) {
      if (!(model instanceof Uint8Array)) throw new Error('internal: ONNX Runtime is given segments')
      const session = await InferenceSession.create(model, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
      }).catch((cause: unknown) => {
        throw executorFailed({ executor: 'onnxruntime', reason: reasonOf(cause) }, { cause })
      })
      return compiled(session)
    },
  }
}

function compiled(session: InferenceSession): CompiledGraph {
  const known = new Set(session.inputNames)
  const taken = createInputs()
  let isOpen = true
  return {
    async run(feeds, targets = {}) {
      if (!isOpen) throw new Error('internal: a closed graph is run')
      const missing = session.inputNames.filter((name) => !Object.hasOwn(feeds, name))
      if (missing.length > 0) throw new Error(`internal: nothing is fed for the inputs ${missing.join(', ')}`)
      const tensors: Record<string, OnnxTensor> = {}
      for (const [name, { data, shape }] of Object.entries(feeds)) {
        if (known.has(name)) tensors[name] = new OnnxTensor(taken(name, data), shape)
      }
      const results = await session.run(tensors).catch((cause: unknown) => {
        throw executorFailed({ executor: 'onnxruntime', reason: reasonOf(cause) }, { cause })
      })
      const outputs: Record<string, TensorData> = {}
      for (const [name, tensor] of Object.entries(results)) {
        outputs[name] = leftIn(targets[name], { data: tensor.data as TensorData['data'], shape: tensor.dims })
      }
      return outputs
    },
    async close() {
      if (isOpen) {
        isOpen = false
        await session.release()
      }
    },
  }
}

/** Inputs as they are; from memory that threads share, which ONNX Runtime refuses on Node 20, copied to a buffer of their own that is kept. */
function createInputs(): (name: string, data: TensorData['data']) => TensorData['data'] {
  const buffers = new Map<string, TensorData['data']>()
  return (name, data) => {
    if (data.buffer instanceof ArrayBuffer) return data
    let buffer = buffers.get(name)
    if (!buffer || buffer.length < data.length) buffers.set(name, (buffer = data.slice()))
    const own = buffer.subarray(0, data.length)
    own.set(data)
    return own
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
