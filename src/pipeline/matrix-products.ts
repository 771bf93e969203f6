/**
 * What the machine's matrix products allow: the three products of the largest layer of a step (forward, the gradient of its input, that of its
 * weights), called directly with the threads of the step.
 */
import { randomUniform } from '../base/index.js'
import { Graph, createOnnxRuntimeExecutor, operations, writeOnnx } from '../graph/index.js'
import type { TensorData } from '../graph/index.js'
import type { ModelParts } from '../training/index.js'

/** Milliseconds that each product is repeated for, after a warm-up. */
const measured = 300

type Shape = readonly [rows: number, columns: number]

/** Operations a second of the fastest of the three products, 2 for each multiplication; `null` for a model without layers. */
export async function productPeak({ network, spec }: ModelParts, now: () => number): Promise<number | null> {
  const largest = layers(network).reduce<Shape>((most, own) => (size(own) > size(most) ? own : most), [0, 0])
  if (size(largest) === 0) return null
  const { batchSize, threads } = spec
  const [inputs, outputs] = largest
  let peak = 0
  for (const product of [
    { a: [batchSize, inputs], b: [inputs, outputs] },
    { a: [batchSize, outputs], b: [inputs, outputs], transposeB: true },
    { a: [batchSize, inputs], b: [batchSize, outputs], transposeA: true },
  ] satisfies Product[]) {
    const milliseconds = await fastest(product, threads, now)
    peak = Math.max(peak, (2 * batchSize * size(largest)) / (milliseconds / 1000))
  }
  return peak
}

/** Operations of the layers of a step, for each example: forward and both gradients. */
export const operationsPerExample = ({ network }: Pick<ModelParts, 'network'>): number =>
  layers(network).reduce((sum, layer) => sum + 6 * size(layer), 0)

function layers({ parameters }: ModelParts['network']): Shape[] {
  return parameters.flatMap(({ shape: [rows, columns] }) =>
    rows !== undefined && columns !== undefined ? [[rows, columns] as const] : [],
  )
}

const size = ([rows, columns]: Shape): number => rows * columns

interface Product {
  readonly a: Shape
  readonly b: Shape
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/** Milliseconds of the fastest of many calls. */
async function fastest({ a, b, ...transposes }: Product, threads: number, now: () => number): Promise<number> {
  const graph = new Graph()
  const product = operations.matmul(graph.input('a', a), graph.input('b', b), transposes)
  const model = writeOnnx({ outputs: { product }, precision: 'float32' })
  const compiled = await createOnnxRuntimeExecutor().compile(model, { threads })
  const feeds = { a: filled(a), b: filled(b) }
  await compiled.run(feeds)
  let least = Infinity
  for (const end = now() + measured; now() < end;) {
    const before = now()
    await compiled.run(feeds)
    least = Math.min(least, now() - before)
  }
  await compiled.close()
  return least
}

const filled = (shape: Shape): TensorData => ({
  data: Float32Array.from({ length: size(shape) }, (_, index) => randomUniform(1, index) - 0.5),
  shape,
})
