/**
 * Which columns enter the first layer once for each distinct id instead of once for each example. A function of the model, the executor and the first batch of
 * all, so that a training that is resumed makes the same choice.
 */
import type { EncodedFeatures } from '../features/index.js'
import type { NetworkApart } from '../model/index.js'
import type { idProducts } from '../tables/index.js'
import type { ModelParts } from './model-state.js'

export interface ColumnsApart {
  readonly columns: readonly IdColumn[]
  readonly network: NetworkApart
  /** What the parts of a step share: the rows of the batch, or the outputs of the layer, so that an id that both would have is multiplied once. */
  readonly shared: 'rows' | 'outputs'
}

type IdColumn = idProducts.IdColumn

/** What the way around the products takes, in what those take to bring one float of an example's input through the layer and back. */
export interface CostsApart {
  /** Each float of an id. */
  readonly floatOfId: number
  /** The rows that an example adds up and spreads for a column. */
  readonly columnOfExample: number
}

/**
 * Where the kernels multiply and where the executor does, with AVX-512, 16 and 32 floats an id, 400 and 1,024 outputs (bench/distinct-ids.js); of the executor the
 * column by whole steps on two threads (6 to 8 on one). With AVX2 the kernels' are 3 and 2.5: products are slower there.
 */
export const costsApart = {
  kernels: { floatOfId: 5, columnOfExample: 5 },
  executor: { floatOfId: 1.4, columnOfExample: 8.5 },
} satisfies Record<string, CostsApart>

/** The same of the rows of an example that go to the graph and come back: 12 on one thread, more where two share the way to memory. */
const costOfExample = 20

/**
 * The same of sharing outputs, for each example: two meetings more, and rows that half another thread has made (by whole steps: 1.0 to 1.4 ms of 512 rows
 * with 1,024 outputs, 2 ms of 2,048 with 400).
 */
const costOfSharing = 80

/** Outputs that the kernels take at once. */
const blockOutputs = 16

/** A column keeps room for all of its ids: with more than so many for each example of a part, few would come twice. */
const mostIdsOfExample = 16

export interface ChoiceApart {
  /** Whether a table is with the batches. */
  isNear(table: string): boolean
  /** How many distinct ids of a column come in so many rows. */
  idsOf(column: IdColumn, rows: number): number
  readonly costs: CostsApart
}

/**
 * Chooses the columns for which it pays; `null` where the first layer is not all that is done with the deep input, or where too little would be
 * gained.
 */
export function columnsApart(parts: ModelParts, { isNear, idsOf, costs }: ChoiceApart): ColumnsApart | null {
  const { network, layout, spec } = parts
  const { threadsOfPart: threads, workers, batchSize } = spec
  const rows = Math.ceil(batchSize / workers)
  // What goes around the products runs on one thread of those that a part's products have.
  const costOf = (column: IdColumn): number =>
    costs.floatOfId * column.dimension * idsOf(column, rows) + costs.columnOfExample * rows
  const gaining = movableColumns(parts, isNear)
    .filter(({ idCount }) => idCount <= mostIdsOfExample * rows)
    .map((column) => ({ column, gain: column.dimension * rows - threads * costOf(column) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => a.gain - b.gain)
  const isAll = sum(gaining.map(({ column }) => column.dimension)) === layout.deep?.width
  // The graph needs something to multiply.
  const taken = isAll ? gaining.slice(1) : gaining
  if (sum(taken.map(({ gain }) => gain)) <= threads * costOfExample * rows) return null
  const columns = taken.map(({ column }) => column)
  const apart = network.apart(new Set(columns.map(({ column }) => column)))
  if (!apart || apart.layer.outputs % blockOutputs > 0) return null
  // Of what the parts multiply what all have in common is multiplied once.
  const again = (column: IdColumn): number =>
    costs.floatOfId * column.dimension * (workers * idsOf(column, rows) - idsOf(column, batchSize))
  const isOutputs = sum(columns.map(again)) > costOfSharing * batchSize
  return { columns, network: apart, shared: isOutputs ? 'outputs' : 'rows' }
}

/** Columns of one id a row whose table is near and has no other use. */
function movableColumns({ layout: { deep, tables } }: ModelParts, isNear: (table: string) => boolean): IdColumn[] {
  const { parts = [], sequences = [] } = deep ?? {}
  const uses = [...parts, ...sequences].map(({ table }) => table)
  return parts.flatMap(({ column, table: name, offset, dimension, isList }) => {
    const table = tables.find((one) => one.name === name)
    const isAlone = uses.filter((one) => one === name).length === 1
    if (!table || isList || !isAlone || !isNear(name)) return []
    return [{ column, table: name, weightRow: offset, dimension, idCount: table.rowCount }]
  })
}

/**
 * The distinct ids of a column as they are in a sample of as many rows; without one as many as there are when all are equally frequent: by any other law it
 * is fewer.
 */
export function idsIn(sample: EncodedFeatures | undefined): ChoiceApart['idsOf'] {
  return ({ column, idCount }, rows) => {
    const ids = sample && sample.rowCount >= rows ? sample.ids[column]?.ids : undefined
    return ids ? new Set(ids.subarray(0, rows)).size : idCount * (1 - (1 - 1 / idCount) ** rows)
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
