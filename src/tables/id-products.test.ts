import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal } from '../base/index.js'
import { placeIdColumn } from './id-column.js'
import { createIdProducts } from './id-products.js'
import { resolveOptimizer } from './optimizer.js'
import { createShardedLookup } from './sharded-lookup.js'
import { createShardedTable } from './sharded-table.js'
import type { ShardedTable } from './sharded-table.js'
import { createTableMemories } from './table-memories.js'

const rowCount = 150
/** Sizes with all remainders of the kernels' blocks, one of a single id. */
const shapes = [
  { name: 'a', idCount: 7, dimension: 5 },
  { name: 'b', idCount: 1, dimension: 4 },
  { name: 'c', idCount: 40, dimension: 16 },
  { name: 'd', idCount: 3, dimension: 3 },
  // More columns than are added up together.
  { name: 'e', idCount: 12, dimension: 2 },
  { name: 'f', idCount: 200, dimension: 6 },
  { name: 'g', idCount: 2, dimension: 9 },
  { name: 'h', idCount: 9, dimension: 4 },
]
const width = shapes.reduce((sum, { dimension }) => sum + dimension, 0)

const normal = (key: number, length: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => randomNormal(key, index))

const batch = {
  rowCount,
  ids: Object.fromEntries(
    shapes.map(({ name, idCount }, key) => [
      name,
      {
        ids: Int32Array.from({ length: rowCount }, (_, row) => randomInteger(key, row, idCount)),
        offsets: null,
        weights: null,
      },
    ]),
  ),
}

/** What two threads share: rows of the batch, or outputs of the layer, each for all rows. */
const rowsOf = {
  rows: [
    { first: 0, count: 90 },
    { first: 90, count: 60 },
  ],
  outputs: [
    { first: 0, count: rowCount },
    { first: 0, count: rowCount },
  ],
}
const shared = ['rows', 'outputs'] as const

function openTables(optimizer: string) {
  const memories = createTableMemories()
  const tables = new Map(
    shapes.map(({ name, idCount, dimension }, key): [string, ShardedTable] => {
      const options = { name, rowCount: idCount, dimension, optimizer: resolveOptimizer({ name: optimizer }), l2: 0.1 }
      const table = createShardedTable(memories, options)
      table.initialize({ key, standardDeviation: 1, distribution: 'normal' })
      return [name, table]
    }),
  )
  return { memories, tables }
}

const weightsOf = (tables: ReadonlyMap<string, ShardedTable>): number[] =>
  [...tables.values()].flatMap(({ shards }) => shards.flatMap(({ rows }) => [...rows]))

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs((actual[i] ?? NaN) - (expected[i] ?? 0))).toBeLessThan(
      1e-4 * Math.max(1, Math.abs(expected[i] ?? 0)),
    )
}

/** Less than one block of outputs, one that no 32 fill, and more than one. */
describe.each([16, 48, 304])('products once for each distinct id, %i outputs', (outputs) => {
  const weights = normal(20, width * outputs)
  const bias = normal(21, outputs)
  const gradient = normal(22, rowCount * outputs)

  function open(optimizer: string, sharing: (typeof shared)[number]) {
    const { memories, tables } = openTables(optimizer)
    const memory = memories.home
    const place = (values: Float32Array): number => {
      const at = memory.allocate(4 * values.length)
      memory.float32(at, values.length).set(values)
      return at
    }
    const layer = { outputs, weights: place(weights), bias: place(bias) }
    let weightRow = 0
    const columns = shapes.map(({ name, idCount, dimension }) => {
      const column = { column: name, table: name, weightRow, idCount, dimension }
      weightRow += dimension
      return placeIdColumn(memory, column, 2)
    })
    const empty = (): number => place(new Float32Array(width * outputs).fill(NaN))
    const first = empty()
    const products = rowsOf[sharing].map((range, index) => {
      // Of shared outputs all leave theirs in one place.
      const own = sharing === 'outputs' || index === 0 ? first : empty()
      const share = { index, count: 2 }
      const ofOutputs = sharing === 'rows' ? undefined : share
      const options = { columns, tables, layer: { ...layer, gradient: own }, share, ofOutputs }
      return { own, range, ...createIdProducts(memory, options) }
    })
    return { memory, tables, products, sums: place(gradient.map(() => NaN)), gradient: place(gradient) }
  }

  /** The same by a lookup of every row, and the products by their definition. */
  function plain(optimizer: string) {
    const { memories, tables } = openTables(optimizer)
    let offset = 0
    const columns = shapes.map(({ name, dimension }) => {
      const part = { table: tables.get(name) as ShardedTable, column: name, offset, combiner: 'sum' as const }
      offset += dimension
      return part
    })
    const lookup = createShardedLookup(memories.home, { width, parts: columns })
    const inputs = Float64Array.from(lookup.forward(batch))
    const forward = Float64Array.from({ length: rowCount * outputs }, (_, at) => bias[at % outputs] ?? 0)
    const ofWeights = new Float64Array(width * outputs)
    const ofInputs = lookup.gradient().fill(0)
    for (let row = 0; row < rowCount; row++)
      for (let k = 0; k < width; k++)
        for (let j = 0; j < outputs; j++) {
          const [x, at, weight] = [row * width + k, row * outputs + j, k * outputs + j]
          forward[at] = (forward[at] ?? 0) + (inputs[x] ?? 0) * (weights[weight] ?? 0)
          ofWeights[weight] = (ofWeights[weight] ?? 0) + (inputs[x] ?? 0) * (gradient[at] ?? 0)
          ofInputs[x] = (ofInputs[x] ?? 0) + (weights[weight] ?? 0) * (gradient[at] ?? 0)
        }
    return { tables, lookup, forward, ofWeights }
  }

  it.each(shared.flatMap((sharing) => ['sgd', 'adam', 'adagrad'].map((optimizer) => [sharing, optimizer] as const)))(
    'are the products of every row, forward and back, and update the same rows: shared %s, %s',
    (sharing, optimizer) => {
      const { memory, tables, products, ...places } = open(optimizer, sharing)
      const expected = plain(optimizer)
      for (const one of products) one.forward(batch, one.range, places.sums)
      expectClose(memory.float32(places.sums, rowCount * outputs), expected.forward)
      for (const one of products) one.differentiate(places.gradient)
      const sums = [...new Set(products.map(({ own }) => own))].map((own) => memory.float32(own, width * outputs))
      expectClose(
        weights.map((_, at) => sums.reduce((sum, one) => sum + (one[at] ?? NaN), 0)),
        expected.ofWeights,
      )
      const ranges = sharing === 'rows' ? rowsOf.rows : rowsOf.outputs.slice(1)
      const distinct = shapes.flatMap(({ name, dimension }) =>
        ranges.map(({ first, count }) => dimension * new Set(batch.ids[name]?.ids.subarray(first, first + count)).size),
      )
      expect(products.reduce((sum, one) => sum + one.multiplications(), 0)).toBe(
        outputs * distinct.reduce((sum, count) => sum + count, 0),
      )
      const norm = products.reduce((sum, one) => sum + one.squaredNorm(), 0)
      expect(norm / expected.lookup.squaredNorm()).toBeCloseTo(1, 5)
      const step = { learningRateScale: 1, stepNumber: 1 }
      for (const one of products) one.update(step)
      expected.lookup.update(step)
      expectClose(weightsOf(tables), weightsOf(expected.tables))
    },
  )

  it('leave nothing of a batch to the next, also where a part has no rows', () => {
    const { memory, tables, products, ...places } = open('sgd', 'rows')
    const before = weightsOf(tables)
    const step = { learningRateScale: 1, stepNumber: 1 }
    for (const count of [60, 0]) {
      for (const one of products) one.forward(batch, { first: 0, count }, places.sums)
      for (const one of products) one.differentiate(places.gradient)
    }
    for (const one of products) one.update(step)
    expect(weightsOf(tables)).toEqual(before)
    for (const { own } of products)
      expect(memory.float32(own, width * outputs).every((value) => value === 0)).toBe(true)
  })
})
