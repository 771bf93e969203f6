/** Dense parameters in the same memory as tables: a tensor is one long row. */
import type { ResolvedOptimizer } from './optimizer.js'
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
  /** The tables of one row that hold them, in the order of their names. */
  readonly tables: readonly Table[]
  /** The weights of a parameter, row-major: a view of the live memory. */
  weights(name: string): Float32Array
  /** Weights and optimizer state: what a checkpoint stores. */
  raw(name: string): Float32Array
  /** Forgets the optimizer's state of a parameter; its weights stand. */
  restart(name: string): void
  /** Forgets a part of what the optimizers' state has summed up, `memory` of it stays; all weights stand. */
  fade(memory: number): void
}

/** Makes dense parameters, weights zero and slots initialised. */
export function createDenseParameters(memory: TableMemory, options: readonly DenseParameterOptions[]): DenseParameters {
  const tables = new Map(options.map((option) => [option.name, createParameter(memory, option)]))
  const find = (name: string): Table => {
    const table = tables.get(name)
    if (!table) throw new Error(`internal: no dense parameter ${name}`)
    return table
  }
  return {
    names: options.map(({ name }) => name),
    tables: [...tables.values()],
    weights: (name) => find(name).rows.subarray(0, find(name).dimension),
    raw: (name) => find(name).rows,
    restart: (name) => {
      find(name).restartRow(0)
    },
    fade: (share) => {
      for (const table of tables.values()) table.fade(share)
    },
  }
}

function createParameter(memory: TableMemory, { name, shape, optimizer, l2, l1 = 0 }: DenseParameterOptions): Table {
  const length = shape.reduce((product, size) => product * size, 1)
  const table = createTable(memory, { name, rowCount: 1, dimension: length, optimizer, l2, l1 })
  table.initialize({ key: 0, standardDeviation: 0, distribution: 'zeros' })
  return table
}
