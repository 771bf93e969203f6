/**
 * oneDNN as executor: matrix products and the passes between them run in one memory, ONNX Runtime computes the rest. All results are a
 * function of the inputs, the library, the processor's instructions and the number of threads.
 */
import type { CompiledGraph, CompileOptions, Executor, Targets, TensorData } from '../executor.js'
import { leftIn } from '../executor.js'
import { createOnnxRuntimeExecutor } from '../onnxruntime-executor.js'
import type { KernelSegment, OnnxSegment, Segment, SegmentedProgram } from '../segment.js'
import { sameShape } from '../shapes.js'
import { Arena } from './arena.js'
import type { Machine } from './kernel-calls.js'
import { kernelCalls } from './kernel-calls.js'
import type { OnednnLibrary } from './library.js'
import { planSegments } from './plan-segments.js'
import type { WideProducts } from './products.js'
import { createProducts, plainProduct } from './products.js'
import type { Value } from './value.js'
import { dataOf, outsideValue, releaseValue, viewOf } from './value.js'

/** The executor over a library that was found. What it compiles stays in the thread that compiled it. */
export function createOnednnExecutor(library: OnednnLibrary, products: WideProducts): Executor {
  return {
    name: 'onednn',
    write: planSegments,
    multiply: plainProduct(library),
    async compile(program, options = {}) {
      if (program instanceof Uint8Array) throw new Error('internal: oneDNN is given an ONNX model')
      const steps = await Promise.all(program.segments.map((segment) => compileSegment(segment, options)))
      const { threads = 1 } = options
      const begin = (): void => {
        library.useThreads(threads)
      }
      const arena = new Arena()
      return compiled(program, steps, { arena, multiply: createProducts(library, products, { arena, begin }) })
    },
  }
}

interface Step {
  /** `targets`: where values are to lie, by their names. */
  run(values: Map<string, Value>, machine: Machine, targets: ReadonlyMap<string, Float32Array>): Promise<void> | void
  close(): Promise<void>
}

const compileSegment = async (segment: Segment, options: CompileOptions): Promise<Step> =>
  'model' in segment ? onnxStep(segment, options) : kernelStep(segment)

async function onnxStep({ model, inputs, releases }: OnnxSegment, { threads = 1 }: CompileOptions): Promise<Step> {
  // Threads that wait in a loop would take the processors from the products.
  const graph = await createOnnxRuntimeExecutor().compile(model, { threads, spinning: false })
  return {
    async run(values, { arena }) {
      const feeds = Object.fromEntries(inputs.map((name) => [name, dataOf(arena, valueOf(values, name))]))
      for (const [name, result] of Object.entries(await graph.run(feeds))) values.set(name, outsideValue(result))
      for (const name of releases) releaseValue(arena, valueOf(values, name))
    },
    close: () => graph.close(),
  }
}

function kernelStep({ kernel, flags, isRounded, inputs, outputs, releases }: KernelSegment): Step {
  const call = kernelCalls[kernel]
  const [first = ''] = outputs
  const isReleased = inputs.map((name) => releases.includes(name))
  const calling = { flags, isRounded, isReleased }
  return {
    run(values, machine, targets) {
      const read = inputs.map((name) => valueOf(values, name))
      const made = call(machine, read, { ...calling, target: targets.get(first) })
      outputs.forEach((name, at) => values.set(name, made[at] as Value))
      for (const name of releases) releaseValue(machine.arena, valueOf(values, name))
    },
    close: () => Promise.resolve(),
  }
}

function valueOf(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name)
  if (!value) throw new Error(`internal: nothing is fed for the inputs ${name}`)
  return value
}

function compiled(program: SegmentedProgram, steps: readonly Step[], machine: Machine): CompiledGraph {
  const { arena } = machine
  const canRepeat = program.segments.every((segment) => 'kernel' in segment)
  let last: Recorded | null = null
  let isOpen = true
  return {
    async run(feeds, targets = {}) {
      if (!isOpen) throw new Error('internal: a closed graph is run')
      if (last && isLike(last, feeds, targets)) {
        feedAgain(last, feeds)
        arena.doAgain()
        return leftBy(last)
      }
      last = null
      const recorded = await record(program, steps, { machine, feeds, targets })
      if (canRepeat) last = recorded
      return leftBy(recorded)
    },
    async close() {
      if (!isOpen) return
      isOpen = false
      last = null
      await Promise.all(steps.map((step) => step.close()))
    },
  }
}

type Feeds = Readonly<Record<string, TensorData>>

/** A run that the arena can do again, for feeds of the same shapes and the same targets. */
interface Recorded {
  readonly fed: readonly { readonly name: string; readonly value: Value }[]
  readonly targets: Targets
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[]; view(): Float32Array }[]
}

interface RunParts {
  readonly machine: Machine
  readonly feeds: Feeds
  readonly targets: Targets
}

/** Runs a program from its beginning: finds the place of every value. */
async function record(
  { outputs: left }: SegmentedProgram,
  steps: readonly Step[],
  { machine, feeds, targets }: RunParts,
): Promise<Recorded> {
  const { arena } = machine
  arena.reset()
  const fed = Object.entries(feeds).map(([name, feed]) => ({ name, value: outsideValue(feed) }))
  const values = new Map(fed.map(({ name, value }) => [name, value]))
  const places = new Map(Object.entries(targets).map(([output, target]) => [left[output] ?? '', target]))
  for (const step of steps) {
    const running = step.run(values, machine, places)
    // Kernels have run: to wait for them costs a promise each.
    if (running) await running
  }
  const outputs = Object.entries(left).map(([output, name]) => {
    const value = valueOf(values, name)
    return { name: output, shape: value.shape, view: viewOf(arena, value) }
  })
  return { fed, targets: { ...targets }, outputs }
}

/** Whether all values would have the same places, and passes the same numbers to work with. */
function isLike({ fed, targets }: Recorded, feeds: Feeds, wanted: Targets): boolean {
  for (const { name, value } of fed) {
    const [feed, { outside }] = [feeds[name], value]
    if (!feed || !sameShape(feed.shape, value.shape)) return false
    if (feed.bytes?.scale !== outside?.bytes?.scale || !feed.rounded !== !outside?.rounded) return false
  }
  return Object.keys(wanted).length === Object.keys(targets).length && isEvery(targets, wanted)
}

function isEvery(targets: Targets, wanted: Targets): boolean {
  for (const name in targets) if (targets[name] !== wanted[name]) return false
  return true
}

function feedAgain({ fed }: Recorded, feeds: Feeds): void {
  for (const { name, value } of fed) value.outside = feeds[name] ?? null
}

function leftBy({ outputs, targets }: Recorded): Record<string, TensorData> {
  const left: Record<string, TensorData> = {}
  for (const { name, shape, view } of outputs) left[name] = leftIn(targets[name], { data: view(), shape })
  return left
}
