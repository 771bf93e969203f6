/** The first layer of a step whose columns are partly apart: what they add to it, and the way back of that. */
import type { EncodedFeatures } from '../features/index.js'
import type { TensorData } from '../graph/index.js'
import { gradientName, inputNames } from '../model/index.js'
import type { OptimizerStep, RowRange, Share, ShardedTable, Table, TableMemory } from '../tables/index.js'
import { createGrowingBuffer, idProducts } from '../tables/index.js'
import type { StepPlan } from './step-plan.js'
import type { OperationsApart } from './step-profile.js'

type Tensors = Readonly<Record<string, TensorData>>

export interface FirstLayerPart {
  /** The graph's input for a range of rows; `meet` is called where it takes what others have multiplied. */
  feeds(batch: EncodedFeatures, rows: RowRange, meet: () => void): Tensors
  /** Where the graph is to leave the gradient of the last one. */
  gradients(): Record<string, Float32Array>
  /** Goes the way back; `meet` as above. */
  differentiate(meet: () => void): void
  squaredNorm(): number
  update(step: OptimizerStep): void
  /** Multiplications of the last `feeds`. */
  multiplications(): number
}

/** What the parts leave for each other of all rows: floats of a row, by name. */
export const firstLayerWidths = ({ apart }: Pick<StepPlan, 'apart'>): Readonly<Record<string, number>> =>
  apart ? { [sums]: apart.layer.outputs, [inputNames.firstLayer]: apart.layer.outputs } : {}

/** Beside the gradient of the graph's input that input itself. */
const sums = `${inputNames.firstLayer}/sums`

export interface FirstLayerOptions {
  readonly tables: ReadonlyMap<string, ShardedTable>
  /** Dense parameters. */
  readonly dense: readonly Table[]
  readonly share: Share
  /** Where a part leaves its gradient of a parameter. Default: this one. */
  gradient(name: string, part?: number): Float32Array
  /** Where lies what the parts leave for each other, by the names of `firstLayerWidths`. Default: with this one. */
  readonly place?: ((name: string) => number) | undefined
  /** What multiplies; `null`: the kernels. */
  readonly products: idProducts.RowProducts | null
}

/** Opens the first layer for a part of the step. */
export function openFirstLayer(
  memory: TableMemory,
  { layer, columns, shared }: NonNullable<StepPlan['apart']>,
  { tables, dense, share, gradient, place, products: given }: FirstLayerOptions,
): FirstLayerPart {
  const parameter = (name: string): number => {
    const table = dense.find((one) => one.name === name)
    if (!table) throw new Error(`internal: no dense parameter ${name}`)
    return table.offset
  }
  const { outputs } = layer
  const isOutputs = shared === 'outputs'
  const products = idProducts.createIdProducts(memory, {
    columns,
    tables,
    share,
    ofOutputs: isOutputs ? share : undefined,
    products: given ?? undefined,
    layer: {
      outputs,
      weights: parameter(layer.weights),
      bias: layer.bias === null ? null : parameter(layer.bias),
      // Of the outputs that all share each leaves the whole gradient: where the first part has its own, which is written over at every step.
      gradient: gradient(layer.weights, isOutputs ? 0 : undefined).byteOffset,
    },
  })
  const names = [sums, inputNames.firstLayer]
  const buffers = new Map(names.map((name) => [name, createGrowingBuffer(memory)]))
  const views = new Map(names.map((name) => [name, memory.createView()]))
  let current = { rowCount: 0, rows: { first: 0, count: 0 } }
  const placeOf = (name: string): number =>
    place?.(name) ?? buffers.get(name)?.reserve(4 * outputs * current.rowCount) ?? 0
  const rowsAt = (name: string, { first, count }: RowRange): Float32Array => {
    const view = views.get(name) ?? memory.createView()
    return view(placeOf(name) + 4 * outputs * first, outputs * count)
  }
  return {
    feeds(batch, rows, meet) {
      const { rowCount } = batch
      current = { rowCount, rows }
      products.forward(batch, isOutputs ? { first: 0, count: rowCount } : rows, placeOf(sums))
      if (isOutputs) meet()
      return { [inputNames.firstLayer]: { data: rowsAt(sums, rows), shape: [rows.count, outputs] } }
    },
    gradients: () => ({ [gradientName(inputNames.firstLayer)]: rowsAt(inputNames.firstLayer, current.rows) }),
    differentiate(meet) {
      if (isOutputs) meet()
      products.differentiate(placeOf(inputNames.firstLayer))
    },
    squaredNorm: () => products.squaredNorm(),
    update: (step) => {
      products.update(step)
    },
    multiplications: () => products.multiplications(),
  }
}

/** The operations of a batch: each column has three products, forward and both gradients, and a sum of rows forward and back. */
export function operationsApart({ apart }: StepPlan, rowCount: number, multiplications: number): OperationsApart {
  const { columns = [], layer: { outputs } = { outputs: 0 } } = apart ?? {}
  const width = columns.reduce((sum, { dimension }) => sum + dimension, 0)
  return {
    leftOut: 6 * outputs * rowCount * width,
    instead: 6 * multiplications + 2 * outputs * rowCount * columns.length,
  }
}
