/**
 * How much each input of a graph moves its output away from a reference: DeepLIFT in one backward pass, and integrated gradients
 * (Sundararajan et al. 2017) below what has no multiplier rule. Which of the two is derived from the graph.
 */
import { differentiate } from './differentiate.js'
import type { CompiledGraph, TensorData } from './executor.js'
import { gaussLegendre } from './gauss-legendre.js'
import type { Quadrature } from './gauss-legendre.js'
import { multipliersOf } from './multipliers.js'
import type { Multipliers } from './multipliers.js'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import { add } from './ops/add.js'
import { multiply } from './ops/multiply.js'
import { sum } from './ops/sum.js'
import type { Tensor } from './tensor.js'
import { writeOnnx } from './write-onnx.js'

/**
 * `linear`: nothing but linear operations, where multipliers are weights. `deeplift`: every other operation works on single elements.
 * `integrated-gradients`: some do not; what lies below those is integrated.
 */
export type AttributionMethod = 'linear' | 'deeplift' | 'integrated-gradients'

export interface AttributionGraph {
  /** One number for each row: `[batch, 1]`. */
  readonly output: Tensor
  /** What is attributed to, `[batch, width]` each, by name. */
  readonly inputs: Readonly<Record<string, Tensor>>
  /** Values of other inputs of the graph; those that are missing are given with each row. */
  readonly constants: Readonly<Record<string, Float32Array>>
}

export interface Attributed {
  readonly output: number
  readonly reference: number
  /** By input: what a unit of difference of each element adds to the output. */
  readonly multipliers: Readonly<Record<string, Float64Array>>
}

export interface Attribution {
  readonly method: AttributionMethod
  /** One row against one reference; `row` holds the inputs of the graph that are no constants. */
  attribute(row: Feeds, reference: Feeds): Promise<Attributed>
  close(): Promise<void>
}

type Feeds = Readonly<Record<string, TensorData>>

/** Points of the integral. Polynomials up to degree 127 are exact; kinks leave a residue. */
const points = 64
let computed: Quadrature | undefined
/** Computed when it is first needed: every thread loads this file, and one in a server explains. */
const quadrature = (): Quadrature => (computed ??= gaussLegendre(points))
const referenceName = (name: string): string => `reference/${name}`
const multiplierName = (name: string): string => `multiplier/${name}`
const openName = (index: number): string => `open/${String(index)}`

/** Compiles the attribution of a graph, in float64. */
export async function compileAttribution({ output, inputs, constants }: AttributionGraph): Promise<Attribution> {
  const { graph } = output
  const names = Object.keys(inputs)
  const tensors = Object.values(inputs)
  const total = sum(output, [0, 1])
  const references = names.map((name, index) => graph.input(referenceName(name), tensors[index]?.shape ?? []))
  const multipliers = multipliersOf(total, tensors, references)
  const outputs: Record<string, Tensor> = { output: total, reference: multipliers.reference }
  for (const [index, name] of names.entries()) {
    const multiplier = multipliers.inputs[index]
    if (multiplier) outputs[multiplierName(name)] = multiplier
  }
  for (const [index, { multiplier }] of multipliers.open.entries()) outputs[openName(index)] = multiplier
  const compile = (some: Record<string, Tensor>): Promise<CompiledGraph> =>
    createOnnxRuntimeExecutor().compile(writeOnnx({ outputs: some, precision: 'float64', constants }))
  const pass = await compile(outputs)
  const gradients = multipliers.open.length === 0 ? null : await compile(gradientOutputs(multipliers, names, tensors))
  return {
    method: gradients ? 'integrated-gradients' : multipliers.isLinear ? 'linear' : 'deeplift',
    async attribute(row, reference) {
      const feeds = { ...doubles(row), ...renamed(doubles(reference), names) }
      const passed = await pass.run(feeds)
      const found = Object.fromEntries(
        names.map((name) => [name, Float64Array.from(passed[multiplierName(name)]?.data ?? [])]),
      )
      if (gradients) addIntegrals(found, await gradients.run(pathFeeds({ feeds, passed, names })))
      return {
        output: passed['output']?.data[0] ?? Number.NaN,
        reference: passed['reference']?.data[0] ?? Number.NaN,
        multipliers: found,
      }
    },
    async close() {
      await pass.close()
      await gradients?.close()
    },
  }
}

/** Gradients of what stayed open, each weighed by the multiplier that reached it, which comes in as an input. */
function gradientOutputs(
  { open }: Multipliers,
  names: readonly string[],
  inputs: readonly Tensor[],
): Record<string, Tensor> {
  const terms = open.map(({ tensor }, index) => {
    const weighed = multiply(tensor, tensor.graph.input(openName(index), tensor.shape))
    return sum(
      weighed,
      tensor.shape.map((_, axis) => axis),
    )
  })
  const gradients = differentiate(terms.reduce(add), inputs)
  return Object.fromEntries(gradients.map((gradient, index) => [multiplierName(names[index] ?? ''), gradient]))
}

/** The points between reference and row as a batch; what stays the same is repeated. */
function pathFeeds({
  feeds,
  passed,
  names,
}: {
  feeds: Feeds
  passed: Feeds
  names: readonly string[]
}): Record<string, TensorData> {
  const path: Record<string, TensorData> = {}
  for (const [name, value] of Object.entries(feeds)) if (!names.includes(name)) path[name] = value
  for (const name of names) {
    const to = feeds[name]?.data ?? new Float64Array(0)
    const from = feeds[referenceName(name)]?.data ?? to
    const data = new Float64Array(points * to.length)
    for (const [point, share] of quadrature().nodes.entries()) {
      for (let i = 0; i < to.length; i++)
        data[point * to.length + i] = (from[i] ?? 0) + share * ((to[i] ?? 0) - (from[i] ?? 0))
    }
    path[name] = { data, shape: [points, to.length] }
  }
  for (const [name, { data, shape }] of Object.entries(passed)) {
    if (name.startsWith('open/')) path[name] = repeated(data, shape)
  }
  return path
}

/** One row's tensor for every point: the first axis counts rows, whatever else it counts. */
function repeated(data: TensorData['data'], [first = 1, ...rest]: readonly number[]): TensorData {
  const all = new Float64Array(points * data.length)
  for (let point = 0; point < points; point++) all.set(data, point * data.length)
  return { data: all, shape: [points * first, ...rest] }
}

function addIntegrals(multipliers: Record<string, Float64Array>, gradients: Feeds): void {
  for (const [name, multiplier] of Object.entries(multipliers)) {
    const rows = gradients[multiplierName(name)]?.data ?? []
    const width = multiplier.length
    for (const [point, weight] of quadrature().weights.entries()) {
      for (let i = 0; i < width; i++) multiplier[i] = (multiplier[i] ?? 0) + weight * (rows[point * width + i] ?? 0)
    }
  }
}

const doubles = (feeds: Feeds): Record<string, TensorData> =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => [name, { data: Float64Array.from(data), shape }]),
  )

const renamed = (feeds: Feeds, names: readonly string[]): Record<string, TensorData> =>
  Object.fromEntries(
    Object.entries(feeds).flatMap(([name, value]) => (names.includes(name) ? [[referenceName(name), value]] : [])),
  )
