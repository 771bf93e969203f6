/**
 * Everything that training changes: table rows with their optimizer state, dense parameters with theirs, running statistics.
 * All of it is plain numbers, so that a checkpoint is a copy and resuming is exact.
 */
import { randomKey, randomUniform } from '../base/index.js'
import type { InputLayout, Network, ParameterSpec, ResolvedModel, TableSpec } from '../model/index.js'
import type { DenseParameters, ShardedTable, TableMemories } from '../tables/index.js'
import { createDenseParameters, createShardedTable, createTableMemories } from '../tables/index.js'
import { batchMemory } from './training-memory.js'
import type { TrainingSpec } from './training-spec.js'
import { createWeightAverage } from './weight-average.js'
import type { WeightAverage } from './weight-average.js'

export interface ModelState {
  readonly memories: TableMemories
  readonly tables: ReadonlyMap<string, ShardedTable>
  readonly dense: DenseParameters
  /** Running mean and variance of each batch normalisation, by input name. */
  readonly running: ReadonlyMap<string, Float32Array>
  /** `null` unless the config asks for it. */
  readonly average: WeightAverage | null
}

export interface ModelParts {
  readonly model: ResolvedModel
  readonly layout: InputLayout
  readonly network: Network
  readonly spec: TrainingSpec
}

/** Missing and out-of-vocabulary start at zero: without training they must not add noise. */
const zeroRows = 2

/** Makes a fresh model: a function of the seed alone, whatever the number of threads and memories. */
export function createModelState(parts: ModelParts, memories: TableMemories = memoriesFor(parts)): ModelState {
  const { model, layout, network, spec } = parts
  const tables = new Map(layout.tables.map((table) => [table.name, freshTable(memories, table, parts)]))
  const dense = createDenseParameters(
    memories.home,
    network.parameters.map((parameter) => ({
      name: parameter.name,
      shape: parameter.shape,
      optimizer:
        parameter.name === 'bias' && parameter.part === 'wide' ? spec.optimizers.bias : spec.optimizers[parameter.part],
      ...densePenalties(parameter, model),
    })),
  )
  for (const parameter of network.parameters) initialize(dense.weights(parameter.name), parameter, spec.seed)
  const running = new Map<string, Float32Array>()
  for (const { name, width } of network.norms) {
    running.set(`${name}/mean`, new Float32Array(width))
    running.set(`${name}/variance`, new Float32Array(width).fill(1))
  }
  const average = spec.averaging > 0 ? createWeightAverage({ tables, dense, running }) : null
  return { memories, tables, dense, running, average }
}

/** The weights that the inference graph needs, by input name, copied out of shared memory. */
export function inferenceConstants(state: ModelState, network: Network): Record<string, Float32Array> {
  const constants: Record<string, Float32Array> = {}
  for (const { name } of network.parameters) constants[name] = Float32Array.from(state.dense.weights(name))
  for (const [name, values] of state.running) constants[name] = Float32Array.from(values)
  return constants
}

/** Memories in which tables leave room for what a step takes: twice that, as buffers grow by doubling, and half of them at most. */
const memoriesFor = (parts: ModelParts): TableMemories =>
  createTableMemories({ buffers: Math.min(2 * batchMemory(parts), 2 ** 31) })

function freshTable(
  memories: TableMemories,
  table: TableSpec,
  { model, spec }: Pick<ModelParts, 'model' | 'spec'>,
): ShardedTable {
  const { part } = table
  const { wide, deep } = model
  const penalties =
    part === 'wide' ? penaltiesOf(wide?.l2, wide?.l1) : penaltiesOf(deep?.embeddingL2, deep?.embeddingL1)
  const regularization = model[part]?.regularization ?? 'touched'
  const fresh = createShardedTable(memories, {
    ...table,
    optimizer: spec.optimizers[part],
    ...penalties,
    regularization,
  })
  if (part === 'wide') fresh.initialize({ key: 0, standardDeviation: 0, distribution: 'zeros' })
  else {
    const standardDeviation = model.deep?.embeddingDeviation ?? 0.01
    fresh.initialize({
      key: randomKey(spec.seed, 'table', table.name),
      standardDeviation,
      distribution: 'normal',
      zeroRows,
    })
  }
  return fresh
}

interface Penalties {
  readonly l2: number
  readonly l1: number
}

const penaltiesOf = (l2 = 0, l1 = 0): Penalties => ({ l2, l1 })

function densePenalties({ isPenalized, part }: ParameterSpec, { wide, deep }: ResolvedModel): Penalties {
  if (!isPenalized) return penaltiesOf()
  return part === 'wide' ? penaltiesOf(wide?.l2, wide?.l1) : penaltiesOf(deep?.layerL2, deep?.layerL1)
}

/** Glorot and Bengio 2010, uniform: `±√(6 / (in + out))`. */
function initialize(weights: Float32Array, { name, shape, initializer }: ParameterSpec, seed: number): void {
  if (initializer === 'zeros') weights.fill(0)
  else if (initializer === 'ones') weights.fill(1)
  else if (typeof initializer === 'number') weights.fill(initializer)
  else {
    const key = randomKey(seed, 'dense', name)
    const limit = Math.sqrt(6 / ((shape[0] ?? 1) + (shape[1] ?? 1)))
    for (let i = 0; i < weights.length; i++) weights[i] = (2 * randomUniform(key, i) - 1) * limit
  }
}
