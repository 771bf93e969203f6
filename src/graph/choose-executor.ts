/** Which executor runs a graph: what was asked where it can be had, and why not where it cannot. */
import type { Executor, ExecutorName, Program } from './executor.js'
import type { Refusal } from './onednn/library.js'
import { openMatmul } from './onednn/matmul-primitive.js'
import { createOnednnExecutor } from './onednn/onednn-executor.js'
import { openOnednn } from './onednn/open-onednn.js'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import type { Tensor } from './tensor.js'

export const executorNames = ['auto', 'onnxruntime', 'onednn'] as const satisfies (ExecutorName | 'auto')[]
export const productPrecisions = ['float32', 'bfloat16'] as const

export interface ExecutorRequest {
  readonly executor: (typeof executorNames)[number]
  /** Of what matrix products read; they sum in float32. */
  readonly precision: (typeof productPrecisions)[number]
}

/** What was chosen, as another thread opens it. */
export interface Execution {
  readonly executor: ExecutorName
  readonly precision: ExecutorRequest['precision']
}

export interface ChosenExecutor {
  readonly executor: Executor
  /** The graph as the executor wrote it. */
  readonly program: Program
  readonly precision: ExecutorRequest['precision']
  readonly reason: string
  /** Whether something that was asked for cannot be had. */
  readonly isFallback: boolean
}

/** More than these, and what goes between the two costs what the products gain (bench/executors.js). */
const mostModels = 2

/**
 * Chooses the executor of a graph's outputs. Nothing is timed: the choice is a function of what is installed, the processor and the graph,
 * and so are the bytes of what is trained.
 */
export async function chooseExecutor(
  { executor: asked, precision, threads }: ExecutorRequest & { readonly threads: number },
  outputs: Readonly<Record<string, Tensor>>,
): Promise<ChosenExecutor> {
  const reasons = new Set<string>()
  if (asked === 'onnxruntime') reasons.add(precision === 'float32' ? 'as asked' : 'ONNX Runtime multiplies float32')
  const wanted = asked === 'onnxruntime' ? [] : [...new Set([precision, 'float32' as const])]
  for (const own of wanted) {
    const executor = await openExecutor({ executor: 'onednn', precision: own })
    if ('reason' in executor) {
      reasons.add(executor.reason)
      continue
    }
    const program = executor.write(outputs)
    const models = program instanceof Uint8Array ? 1 : program.segments.filter((segment) => 'model' in segment).length
    const objection = asked === 'auto' ? objectionTo(models, threads) : null
    if (objection !== null && own === 'float32') {
      reasons.add(objection)
      continue
    }
    if (asked === 'onednn') reasons.add('as asked')
    else if (objection === null) reasons.add('it is installed, and the products of the graph follow one another')
    else reasons.add(`it alone multiplies bfloat16; ${objection}, so float32 may be as fast`)
    return { executor, program, precision: own, reason: [...reasons].join('; '), isFallback: own !== precision }
  }
  const executor = createOnnxRuntimeExecutor()
  const isFallback = asked === 'onednn' || precision !== 'float32'
  const program = executor.write(outputs)
  return { executor, program, precision: 'float32', reason: [...reasons].join('; '), isFallback }
}

/** Why oneDNN is not surely faster, if so: its threads wait for one another where the processors have other work. */
function objectionTo(models: number, threads: number): string | null {
  if (threads > 1) return `with ${String(threads)} threads inside a product oneDNN is not surely faster`
  return models > mostModels ? `between its products the graph needs ONNX Runtime ${String(models)} times` : null
}

/** Opens what was chosen in this thread; the reason where that cannot be. */
export async function openExecutor({ executor, precision }: Execution): Promise<Executor | Refusal> {
  if (executor === 'onnxruntime') return createOnnxRuntimeExecutor()
  const library = openOnednn()
  if ('reason' in library) return library
  const matmul = openMatmul(library, precision)
  return 'reason' in matmul ? matmul : createOnednnExecutor(library, { matmul, type: precision })
}
