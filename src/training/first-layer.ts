/** The first layer of a step whose columns are partly apart: what they add to it, and the way back of that. */
import type { EncodedFeatures } from '../features/index.js'
import type { TensorData } from '../graph/index.js'
import { gradientName, inputNames } from '../model/index.js'
import type { OptimizerStep, RowRange, Share, ShardedTable, Table, TableMemory } from '../tables/index.js'
import { idProducts } from '../tables/index.js'
import type { StepPlan } from './step-plan.js'
import type { OperationsApart } from './step-profile.js'

type Tensors = Readonly<Record<string, TensorData>>

export interface FirstLayerPart {
  /** The graph's input for a range of rows; memory that the next call writes over. */
  feeds(batch: EncodedFeatures, rows: RowRange): Tensors
  /** Takes what the graph left for the last `feeds`: nothing where there were no rows. */
  takeGradients(outputs: Tensors): void
  squaredNorm(): number
  update(step: OptimizerStep): void
  /** Floats of the ids that the last `feeds` has multiplied. */
  floatsOfIds(): number
}

export interface FirstLayerOptions {
  readonly tables: ReadonlyMap<string, ShardedTable>
  /** Dense parameters. */
  readonly dense: readonly Table[]
  readonly share: Share
  /** Where this part leaves its gradient of a parameter. */
  gradient(name: string): Float32Array
  /** What multiplies; `null`: the kernels. */
  readonly products: idProducts.RowProducts | null
}

/** Opens the first layer for a part of the step. */
export function openFirstLayer(
  memory: TableMemory,
  { layer, columns }: NonNullable<StepPlan['apart']>,
  { tables, dense, share, gradient, products: own }: FirstLayerOptions,
): FirstLayerPart {
  const placeOf = (name: string): number => {
    const parameter = dense.find((one) => one.name === name)
    if (!parameter) throw new Error(`internal: no dense parameter ${name}`)
    return parameter.offset
  }
  const { outputs } = layer
  const products = idProducts.createIdProducts(memory, {
    columns,
    tables,
    share,
    products: own ?? undefined,
    layer: {
      outputs,
      weights: placeOf(layer.weights),
      bias: layer.bias === null ? null : placeOf(layer.bias),
      gradient: gradient(layer.weights).byteOffset,
    },
  })
  return {
    feeds(batch, rows) {
      const data = products.forward(batch, rows)
      return { [inputNames.firstLayer]: { data, shape: [rows.count, outputs] } }
    },
    takeGradients(given) {
      products.takeGradient(given[gradientName(inputNames.firstLayer)]?.data ?? new Float32Array())
    },
    squaredNorm: () => products.squaredNorm(),
    update: (step) => {
      products.update(step)
    },
    floatsOfIds: () => products.floatsOfIds(),
  }
}

/** The operations of a batch: each column has three products, forward and both gradients, and a sum of rows forward and back. */
export function operationsApart({ apart }: StepPlan, rowCount: number, floatsOfIds: number): OperationsApart {
  const { columns = [], layer: { outputs } = { outputs: 0 } } = apart ?? {}
  const width = columns.reduce((sum, { dimension }) => sum + dimension, 0)
  return {
    leftOut: 6 * outputs * rowCount * width,
    instead: outputs * (6 * floatsOfIds + 2 * rowCount * columns.length),
  }
}
