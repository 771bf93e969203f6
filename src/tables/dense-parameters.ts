/** Dense parameters in the same memory and with the same kernels as tables: a tensor is one long row. */
import type { OptimizerStep, ResolvedOptimizer } from './optimizer.js'
import type { Table } from './table.js'
import { createTable } from './table.js'
import type { TableMemory } from './table-memory.js'

export interface DenseParameterOptions {
  readonly name: string
  readonly shape: readonly number[]
  readonly optimizer: ResolvedOptimizer
  /** Penalty λ/2·‖w‖². */
  readonly l2: number
  /** Penalty λ·|w|. Default 0. */
  readonly l1?: number
}

export interface DenseParameters {
  readonly names: readonly string[]
  /** The weights of a parameter, row-major: a view of the live memory. */
  weights(name: string): Float32Array
  /** Weights and optimizer state: what a checkpoint stores. */
  raw(name: string): Float32Array
  /** Forgets the optimizer's state of a parameter; its weights stand. */
  restart(name: string): void
  /** Forgets a part of what the optimizers' state has summed up, `memory` of it stays; all weights stand. */
  fade(memory: number): void
  /** Applies the optimizer to one parameter. */
  update(name: string, gradient: Float32Array, step: OptimizerStep): void
}

interface DenseParameter {
  readonly table: Table
  readonly length: number
  readonly gradient: number
  /** One slot and one id, both 0: the whole tensor is the row that is touched. */
  readonly slot: number
}

/** Makes dense parameters, weights zero and slots initialised. */
export function createDenseParameters(memory: TableMemory, options: readonly DenseParameterOptions[]): DenseParameters {
  const parameters = new Map(options.map((option) => [option.name, createParameter(memory, option)]))
  const find = (name: string): DenseParameter => {
    const parameter = parameters.get(name)
    if (!parameter) throw new Error(`internal: no dense parameter ${name}`)
    return parameter
  }
  return {
    names: options.map(({ name }) => name),
    weights: (name) => find(name).table.rows.subarray(0, find(name).length),
    raw: (name) => find(name).table.rows,
    restart: (name) => {
      find(name).table.restartRow(0)
    },
    fade: (share) => {
      for (const { table } of parameters.values()) table.fade(share)
    },
    update(name, gradient, step) {
      const { table, length, gradient: at, slot } = find(name)
      const { optimizer, offset, rowFloats, l2, l1 } = table
      if (!optimizer) return
      memory.float32(at, length).set(gradient)
      if (step.gradientScale !== undefined) memory.kernels.scale(at, length, step.gradientScale)
      optimizer.prepare(step)
      memory.kernels.updateTouched(
        optimizer.index,
        offset,
        rowFloats,
        length,
        slot,
        slot + 4,
        1,
        at,
        l2,
        l1,
        optimizer.hyperparameters,
      )
    },
  }
}

function createParameter(
  memory: TableMemory,
  { name, shape, optimizer, l2, l1 = 0 }: DenseParameterOptions,
): DenseParameter {
  const length = shape.reduce((product, size) => product * size, 1)
  const table = createTable(memory, { name, rowCount: 1, dimension: length, optimizer, l2, l1 })
  table.initialize({ key: 0, standardDeviation: 0, distribution: 'zeros' })
  return { table, length, gradient: memory.allocate(4 * length), slot: memory.allocate(8) }
}
