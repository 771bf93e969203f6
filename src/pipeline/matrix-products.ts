/**
 * What the machine's matrix products allow: the three products of the largest layer of a step (forward, the gradient of its input, that of its
 * weights), called directly with the threads of the step, by the fastest executor that is there.
 */
import { randomUniform } from '../base/index.js'
import { Graph, openExecutor, operations } from '../graph/index.js'
import type { CompiledGraph, Execution, TensorData } from '../graph/index.js'
import type { ModelParts, StepProfile } from '../training/index.js'

/** Milliseconds for all products of an executor together, after a warm-up. */
const measured = 900

type Shape = readonly [rows: number, columns: number]

export interface LayerProducts {
  readonly batchSize: number
  /** Inputs and outputs. */
  readonly layer: Shape
  readonly threads: number
  readonly precision: Execution['precision']
}

export interface ProductPeak {
  /** Operations a second of the fastest product, 2 for each multiplication; every product is called for its share of the time. */
  measure(milliseconds: number): Promise<number>
  close(): Promise<void>
}

/** Operations a second of the fastest product; `null` for a model without layers. */
export async function productPeak({ network, spec }: ModelParts, now: () => number): Promise<number | null> {
  const layer = layers(network).reduce<Shape>((most, own) => (size(own) > size(most) ? own : most), [0, 0])
  if (size(layer) === 0) return null
  const { batchSize, threads, executor } = spec
  const peak = await openProductPeak({ batchSize, layer, threads, precision: executor.precision }, now)
  const fastest = await peak.measure(measured)
  await peak.close()
  return fastest
}

/** Operations of the layers for each example, forward and both gradients. */
export interface LayerOperations {
  readonly ofLayers: number
  /** Those that the graph does. */
  readonly ofGraph: number
  /** Those that a step does. */
  readonly ofStep: number
}

/** What the layers of a model have, and what steps did of it. */
export function operationsOf(
  { network }: Pick<ModelParts, 'network'>,
  { rowCount, operations: { leftOut, instead } }: Pick<ReturnType<StepProfile['totals']>, 'rowCount' | 'operations'>,
): LayerOperations {
  const ofLayers = layers(network).reduce((sum, layer) => sum + 6 * size(layer), 0)
  const ofGraph = ofLayers - leftOut / Math.max(1, rowCount)
  return { ofLayers, ofGraph, ofStep: ofGraph + instead / Math.max(1, rowCount) }
}

/** One line of it; none where a step does all of them. */
export function operationsText({ ofLayers, ofStep }: LayerOperations): string[] {
  if (ofStep === ofLayers) return []
  const millions = (operations: number): string => (operations / 1e6).toFixed(2)
  const share = ((100 * (ofLayers - ofStep)) / ofLayers).toFixed(1)
  return [
    `columns of few ids enter the first layer once for each distinct id: ${millions(ofStep)} of ${millions(ofLayers)} million operations an example are left, ${share}% saved`,
  ]
}

/** Compiles the products for ONNX Runtime and, where it is there, for oneDNN, also in the precision of the step. */
export async function openProductPeak(products: LayerProducts, now: () => number): Promise<ProductPeak> {
  const precisions = new Set([products.precision, 'float32' as const])
  const executions: Execution[] = [
    { executor: 'onnxruntime', precision: 'float32' },
    ...[...precisions].map((precision) => ({ executor: 'onednn', precision }) as const),
  ]
  const compiled = (await Promise.all(executions.map((execution) => compile(products, execution)))).flat()
  const operationCount = 2 * products.batchSize * size(products.layer)
  return {
    async measure(milliseconds) {
      let fastest = 0
      for (const product of compiled)
        fastest = Math.max(
          fastest,
          operationCount * (await callsPerSecond(product, milliseconds / compiled.length, now)),
        )
      return fastest
    },
    async close() {
      await Promise.all(compiled.map(({ graph }) => graph.close()))
    },
  }
}

function layers({ parameters }: ModelParts['network']): Shape[] {
  return parameters.flatMap(({ shape: [rows, columns] }) =>
    rows !== undefined && columns !== undefined ? [[rows, columns] as const] : [],
  )
}

const size = ([rows, columns]: Shape): number => rows * columns

interface CompiledProduct {
  readonly graph: CompiledGraph
  readonly feeds: Readonly<Record<string, TensorData>>
}

/** The products of an executor, run once; none where it is not there. */
async function compile(
  { batchSize, layer: [inputs, outputs], threads }: LayerProducts,
  execution: Execution,
): Promise<CompiledProduct[]> {
  const executor = await openExecutor(execution)
  if ('reason' in executor) return []
  const sides: { a: Shape; b: Shape; transposeA?: boolean; transposeB?: boolean }[] = [
    { a: [batchSize, inputs], b: [inputs, outputs] },
    { a: [batchSize, outputs], b: [inputs, outputs], transposeB: true },
    { a: [batchSize, inputs], b: [batchSize, outputs], transposeA: true },
  ]
  return Promise.all(
    sides.map(async ({ a, b, ...transposes }) => {
      const graph = new Graph()
      const product = operations.matmul(graph.input('a', a), graph.input('b', b), transposes)
      const compiled = {
        graph: await executor.compile(executor.write({ product }), { threads }),
        feeds: { a: filled(a), b: filled(b) },
      }
      await compiled.graph.run(compiled.feeds)
      return compiled
    }),
  )
}

async function callsPerSecond(
  { graph, feeds }: CompiledProduct,
  milliseconds: number,
  now: () => number,
): Promise<number> {
  const start = now()
  let calls = 0
  do {
    await graph.run(feeds)
    calls++
  } while (now() < start + milliseconds)
  return (1000 * calls) / (now() - start)
}

/** Random numbers, and what is rounded of them ready: a product that is called directly has nothing else to do. */
function filled(shape: Shape): TensorData {
  const data = Float32Array.from({ length: size(shape) }, (_, index) => randomUniform(1, index) - 0.5)
  const halves = Uint16Array.from(new Uint32Array(data.buffer), (bits) => bits >>> 16)
  return { data, shape, rounded: () => halves }
}
