/**
 * Which columns enter the first layer once for each distinct id instead of once for each example. A function of what is known before the first batch, so that a
 * training that is resumed makes the same choice.
 */
import type { NetworkApart } from '../model/index.js'
import type { idProducts } from '../tables/index.js'
import type { ModelParts } from './model-state.js'

export interface ColumnsApart {
  readonly columns: readonly IdColumn[]
  readonly network: NetworkApart
}

type IdColumn = idProducts.IdColumn

/**
 * What the way around the products costs, in what those take to bring one float of an example's input through the layer and back (measured with 16 floats an
 * id and 400 outputs, bench/distinct-ids.js): each float of an id, the rows that an example adds up and spreads for a column, and those that go to the graph and come back.
 */
const costs = { floatOfId: 3, columnOfExample: 2.5, example: 12 }

/** Outputs that the kernels take at once. */
const blockOutputs = 16

/**
 * Chooses among the columns whose table is near, that is with the batches; `null` where the first layer is not all that is done with the deep input, or where too
 * little would be gained.
 */
export function columnsApart(parts: ModelParts, isNear: (table: string) => boolean): ColumnsApart | null {
  const { network, layout, spec } = parts
  if (spec.executor.precision !== 'float32') return null
  const rows = Math.ceil(spec.batchSize / spec.workers)
  // Kernels run on one thread of those that a part's products have.
  const { threadsOfPart: threads } = spec
  const gaining = movableColumns(parts, isNear)
    .map((column) => ({ column, gain: column.dimension * rows - threads * costOf(column, rows) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => a.gain - b.gain)
  const isAll = sum(gaining.map(({ column }) => column.dimension)) === layout.deep?.width
  // The graph needs something to multiply.
  const taken = isAll ? gaining.slice(1) : gaining
  if (sum(taken.map(({ gain }) => gain)) <= threads * costs.example * rows) return null
  const columns = taken.map(({ column }) => column)
  const apart = network.apart(new Set(columns.map(({ column }) => column)))
  return apart && apart.layer.outputs % blockOutputs === 0 ? { columns, network: apart } : null
}

const costOf = ({ dimension, idCount }: IdColumn, rows: number): number =>
  costs.floatOfId * dimension * expectedIds(idCount, rows) + costs.columnOfExample * rows

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

/** How many of `count` ids come in so many rows, were all equally frequent: by any other law it is fewer. */
const expectedIds = (count: number, rows: number): number => count * (1 - (1 - 1 / count) ** rows)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
