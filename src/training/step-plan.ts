/**
 * What a step needs of a model, as plain data over shared memory: a thread opens it and takes its part. The graph is compiled, and
 * its private buffers are made, where the part runs.
 */
import type { EncodedFeatures } from '../features/index.js'
import { chooseExecutor } from '../graph/index.js'
import type { Execution, Program } from '../graph/index.js'
import type { InputLayout, NetworkApart, NormSpec, Network, ParameterSpec } from '../model/index.js'
import type { ShardedTableOptions, TableMemory, TableOptions } from '../tables/index.js'
import { gradientFloats, idProducts } from '../tables/index.js'
import { columnsApart, costsApart, idsIn } from './columns-apart.js'
import type { ColumnsApart } from './columns-apart.js'
import type { ModelParts, ModelState } from './model-state.js'

export interface StepPlan {
  /** Of the columns whose values the graph is given. */
  readonly layout: InputLayout
  /** The columns whose products with the weights of the first layer are made once for each distinct id; `null`: there are none. */
  readonly apart: {
    readonly layer: NetworkApart['layer']
    readonly columns: readonly idProducts.IdColumnPlace[]
    readonly shared: ColumnsApart['shared']
  } | null
  /** Where the rows of each table lie. */
  readonly tables: readonly ShardedTableOptions[]
  /** The dense parameters, tables of one row, in the order of `parameters`. */
  readonly dense: readonly TableOptions[]
  readonly parameters: readonly ParameterSpec[]
  /** The shapes that they have in the graph: the first layer's weights without the rows of columns that are apart. */
  readonly shapes: readonly ParameterSpec['shape'][]
  readonly dropouts: Network['dropouts']
  readonly norms: readonly NormSpec[]
  /** What runs the training graph, and the graph as it was written for it. */
  readonly execution: Execution
  readonly program: Program
  /** Threads of each part's graph. */
  readonly threads: number
  readonly batchSize: number
  readonly seed: number
  readonly clipNorm: number | null
  /** Parts of a batch. */
  readonly parts: number
  /** Where the dense gradients of all parts lie. */
  readonly gradients: number
  /** Where the results of all parts lie, for each turn. */
  readonly results: number
}

/** Two steps may be under way: the places for batches and results take turns. */
export const turns = [0, 1] as const
export type Turn = (typeof turns)[number]

/** Where a part leaves its loss, Σ g² of what it owns, its multiplications of ids apart, and the statistics of norms. */
export const resultPlaces = { loss: 0, squaredNorm: 1, multiplications: 2, statistics: 3 } as const

const resultWidth = (norms: readonly NormSpec[]): number =>
  resultPlaces.statistics + norms.reduce((sum, { width }) => sum + 2 * width, 0)

/** The statistics of norms, in the order in which a part leaves them. */
export const statisticNames = (norms: readonly NormSpec[]): string[] =>
  norms.flatMap(({ name }) => [`${name}/mean`, `${name}/variance`])

/** Reserves what the parts share, and says where everything is. `sample`: the first batch of all. */
export async function planStep(model: ModelParts, state: ModelState, sample?: EncodedFeatures): Promise<StepPlan> {
  const { network, spec } = model
  const { memories, tables, dense } = state
  const { workers: parts, threadsOfPart: threads } = spec
  const { executor, precision, program } = await chooseExecutor(
    { ...spec.executor, threads },
    network.trainingOutputs(),
  )
  const isNear = (table: string): boolean =>
    tables.get(table)?.shards.every(({ memory }) => memory === memories.home) ?? false
  const costs = executor.multiply ? costsApart.executor : costsApart.kernels
  // Products of bfloat16 are so much faster that nothing is gained around them. What was chosen to run the graph also runs it without its columns apart.
  const apart = precision === 'float32' ? columnsApart(model, { isNear, idsOf: idsIn(sample), costs }) : null
  return {
    layout: apart?.network.layout ?? model.layout,
    apart: apart && {
      layer: apart.network.layer,
      columns: apart.columns.map((column) => idProducts.placeIdColumn(memories.home, column, parts)),
      shared: apart.shared,
    },
    tables: [...tables.values()].map((table) => table.place()),
    dense: dense.tables.map((table) => table.place()),
    parameters: network.parameters,
    shapes: (apart?.network ?? network).parameters.map(({ shape }) => shape),
    dropouts: network.dropouts,
    norms: network.norms,
    execution: { executor: executor.name, precision },
    program: apart ? executor.write(apart.network.outputs()) : program,
    threads,
    batchSize: spec.batchSize,
    seed: spec.seed,
    clipNorm: spec.clipNorm,
    parts,
    gradients: memories.home.allocate(4 * parts * gradientFloats(dense.tables)),
    results: memories.home.allocate(8 * turns.length * parts * resultWidth(network.norms)),
  }
}

/** What the parts leave beside their gradients, by turn. */
export function openResults(
  memory: TableMemory,
  { norms, results, parts }: StepPlan,
): readonly (readonly Float64Array[])[] {
  const width = resultWidth(norms)
  return turns.map((turn) =>
    Array.from({ length: parts }, (_, part) => memory.float64(results + 8 * (turn * parts + part) * width, width)),
  )
}

/** One number of every part's results, added up in the order of the parts. */
export const sumOf = (results: readonly Float64Array[], at: number): number =>
  results.reduce((sum, own) => sum + (own[at] ?? 0), 0)

/** The rows of a part: the same for every batch but a short last one, whose first parts are whole; a part may be empty. */
export function rowsOfPart(
  { batchSize, parts }: Pick<StepPlan, 'batchSize' | 'parts'>,
  part: number,
  rowCount: number,
): { readonly first: number; readonly count: number } {
  const size = Math.ceil(Math.max(rowCount, batchSize) / parts)
  const first = Math.min(rowCount, part * size)
  return { first, count: Math.min(rowCount, first + size) - first }
}
