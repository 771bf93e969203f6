/**
 * What a step needs of a model, as plain data over shared memory: a thread opens it and takes its part. The graph is compiled, and
 * its private buffers are made, where the part runs.
 */
import { chooseExecutor } from '../graph/index.js'
import type { Execution, Program } from '../graph/index.js'
import type { InputLayout, NormSpec, Network, ParameterSpec } from '../model/index.js'
import type { ShardedTableOptions, TableMemory, TableOptions } from '../tables/index.js'
import { gradientFloats } from '../tables/index.js'
import type { ModelParts, ModelState } from './model-state.js'

export interface StepPlan {
  readonly layout: InputLayout
  /** Where the rows of each table lie. */
  readonly tables: readonly ShardedTableOptions[]
  /** The dense parameters, tables of one row, in the order of `parameters`. */
  readonly dense: readonly TableOptions[]
  readonly parameters: readonly ParameterSpec[]
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
  /** Where the results of all parts lie. */
  readonly results: number
}

/** Before the statistics of norms, a part leaves its loss and Σ g² of what it owns. */
export const firstStatistic = 2

const resultWidth = (norms: readonly NormSpec[]): number =>
  firstStatistic + norms.reduce((sum, { width }) => sum + 2 * width, 0)

/** The statistics of norms, in the order in which a part leaves them. */
export const statisticNames = (norms: readonly NormSpec[]): string[] =>
  norms.flatMap(({ name }) => [`${name}/mean`, `${name}/variance`])

/** Reserves what the parts share, and says where everything is. */
export async function planStep({ network, layout, spec }: ModelParts, state: ModelState): Promise<StepPlan> {
  const { memories, tables, dense } = state
  const { workers: parts, threadsOfPart: threads } = spec
  const { executor, precision, program } = await chooseExecutor(
    { ...spec.executor, threads },
    network.trainingOutputs(),
  )
  return {
    layout,
    tables: [...tables.values()].map((table) => table.place()),
    dense: dense.tables.map((table) => table.place()),
    parameters: network.parameters,
    dropouts: network.dropouts,
    norms: network.norms,
    execution: { executor: executor.name, precision },
    program,
    threads,
    batchSize: spec.batchSize,
    seed: spec.seed,
    clipNorm: spec.clipNorm,
    parts,
    gradients: memories.home.allocate(4 * parts * gradientFloats(dense.tables)),
    results: memories.home.allocate(8 * parts * resultWidth(network.norms)),
  }
}

/** What a part leaves beside its gradients. */
export function resultsOf(memory: TableMemory, { norms, results }: StepPlan, part: number): Float64Array {
  const width = resultWidth(norms)
  return memory.float64(results + 8 * part * width, width)
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
