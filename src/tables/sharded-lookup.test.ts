import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal, randomUniform } from '../base/index.js'
import type { IdLists, RowCombiner } from './id-lists.js'
import { optimizerKinds, resolveOptimizer } from './optimizer.js'
import type { Share } from './share.js'
import { createShardedLookup } from './sharded-lookup.js'
import type { ShardedTable, ShardedTableOptions } from './sharded-table.js'
import { createShardedTable } from './sharded-table.js'
import { createTableMemories } from './table-memories.js'
import type { TableMemories } from './table-memories.js'
import { createTouchedRows } from './touched-rows.js'

/** Memories with room for so many bytes of tables each. */
const tiny = (tableBytes: number): TableMemories => createTableMemories({ buffers: 2 ** 32 - tableBytes })

const adagrad = resolveOptimizer({ name: 'adagrad' })
const floatsOf = ({ shards }: ShardedTable): number[] => shards.flatMap(({ rows }) => [...rows])

describe('memories', () => {
  it('take a table where it is the first to fit, and divide one that fits nowhere', () => {
    const memories = tiny(1000)
    expect(memories.divide(10, 40)).toEqual([{ memory: 0, rowCount: 10 }])
    expect(memories.divide(30, 40)).toEqual([
      { memory: 1, rowCount: 25 },
      { memory: 2, rowCount: 5 },
    ])
    expect(memories.divide(15, 40)).toEqual([{ memory: 0, rowCount: 15 }])
    expect(memories.divide(15, 40)).toEqual([{ memory: 2, rowCount: 15 }])
    expect(memories.divide(15, 40)).toEqual([{ memory: 3, rowCount: 15 }])
    expect(memories.all).toHaveLength(4)
  })

  it('hold all tables in one as long as half a gigabyte stays free', () => {
    const memories = createTableMemories()
    expect(memories.divide(7, 2 ** 29)).toEqual([{ memory: 0, rowCount: 7 }])
    expect(memories.divide(1, 1)).toEqual([{ memory: 1, rowCount: 1 }])
  })
})

describe('a table in shards', () => {
  const options: ShardedTableOptions = { name: 't', rowCount: 50, dimension: 3, optimizer: adagrad, maxNorm: 0.8 }
  const make = (tableBytes: number): ShardedTable => {
    const table = createShardedTable(tiny(tableBytes), options)
    table.initialize({ key: 5, standardDeviation: 1, distribution: 'normal', zeroRows: 14 })
    return table
  }

  it('has the numbers of one that is whole, whatever is done to its rows', () => {
    const [whole, parted] = [make(5000), make(400)]
    expect([whole.shards.length, parted.shards.length]).toEqual([1, 5])
    expect(floatsOf(parted)).toEqual(floatsOf(whole))
    for (let seed = 0; seed < 20; seed++) {
      const first = randomInteger(seed, 0, 50)
      const count = randomInteger(seed, 1, 51 - first)
      const weights = Float32Array.from({ length: 3 * count }, (_, i) => randomNormal(seed, i))
      for (const table of [whole, parted]) {
        table.writeWeights(first, weights)
        expect(table.readWeights(first, count)).toEqual(weights)
        // The state of AdaGrad follows the three weights.
        table.row(first)[5] = 7 + seed
        table.row(49 - first)[4] = 8 + seed
        table.restartRow(49 - first)
        table.fade(0.5)
      }
      expect(floatsOf(parted)).toEqual(floatsOf(whole))
    }
  })

  it('is opened by another thread where it lies', () => {
    const memories = tiny(400)
    const table = createShardedTable(memories, options)
    const shared = createTableMemories({ shared: memories.all.map(({ memory }) => memory) })
    const opened = createShardedTable(shared, structuredClone(table.place()))
    table.row(49)[0] = 3
    expect([...opened.readWeights(49, 1)]).toEqual([3, 0, 0])
  })
})

/** A lookup for each share over the same tables: two lists and two single columns, one table shared, two parts in one place. */
function lookupsOf(memories: TableMemories, options: Partial<ShardedTableOptions>, shares: readonly Share[]) {
  const make = (name: string, rowCount: number, dimension: number): ShardedTable => {
    const table = createShardedTable(memories, { name, rowCount, dimension, optimizer: adagrad, ...options })
    table.initialize({ key: rowCount, standardDeviation: 1, distribution: 'normal' })
    return table
  }
  const [users, items, small] = [make('users', 170, 5), make('items', 90, 3), make('small', 4, 3)]
  const gradients = memories.home.allocate(4 * 40 * width)
  const parts = [
    { table: users, column: 'single', offset: 1, combiner: 'sum' as RowCombiner },
    { table: items, column: 'list', offset: 6, combiner: 'mean' as RowCombiner },
    { table: small, column: 'few', offset: 6, combiner: 'sum' as RowCombiner },
    { table: items, column: 'weighted', offset: 6, combiner: 'sqrtn' as RowCombiner },
    { table: items, column: 'list', offset: 9, combiner: 'sum' as RowCombiner },
  ]
  const lookups = shares.map((share) =>
    createShardedLookup(memories.home, {
      width,
      parts,
      touched: createTouchedRows(memories.home, share),
      gradients: () => gradients,
    }),
  )
  return { lookups, tables: [users, items, small] }
}

const width = 12

function batchOf(seed: number, rowCount: number) {
  const lists = (below: number, isWeighted: boolean): IdLists => {
    const offsets = new Int32Array(rowCount + 1)
    for (let row = 0; row < rowCount; row++) offsets[row + 1] = (offsets[row] ?? 0) + randomInteger(seed, row, 5)
    const length = offsets[rowCount] ?? 0
    return {
      ids: Int32Array.from({ length }, (_, i) => randomInteger(seed + 1, i, below)),
      offsets,
      weights: isWeighted ? Float32Array.from({ length }, (_, i) => randomUniform(seed + 2, i)) : null,
    }
  }
  const single = (below: number): IdLists => ({
    ids: Int32Array.from({ length: rowCount }, (_, row) => randomInteger(seed + 3, row, below)),
    offsets: null,
    weights: null,
  })
  return {
    rowCount,
    ids: { single: single(170), few: single(4), list: lists(90, false), weighted: lists(90, true) },
  }
}

/** Three steps of all shares, one after the other, each reading its own rows of the batch. */
function trajectory(memories: TableMemories, options: Partial<ShardedTableOptions>, count: number) {
  const shares = Array.from({ length: count }, (_, index) => ({ index, count }))
  const { lookups, tables } = lookupsOf(memories, options, shares)
  const read: number[] = []
  const norms: number[] = []
  for (const [stepNumber, rowCount] of [30, 40, 7].entries()) {
    const batch = batchOf(100 * stepNumber, rowCount)
    for (const [index, lookup] of lookups.entries()) {
      const first = Math.floor((rowCount * index) / count)
      const range = { first, count: Math.floor((rowCount * (index + 1)) / count) - first }
      const matrix = lookup.forward(batch, range)
      for (let i = 0; i < matrix.length; i++) if (i % width !== 0) read.push(matrix[i] ?? NaN)
      lookup.gradient().set(Array.from(matrix, (_, i) => randomNormal(7 + stepNumber, first * width + i)))
    }
    norms.push(lookups.reduce((sum, lookup) => sum + lookup.squaredNorm(), 0))
    for (const lookup of lookups)
      lookup.update({ learningRateScale: 1, stepNumber: stepNumber + 1, gradientScale: 0.7 })
  }
  return { read, norms, tables: tables.map(floatsOf) }
}

describe('a lookup over tables in shards', () => {
  const cases: Record<string, Partial<ShardedTableOptions>> = {
    ...Object.fromEntries(
      [...optimizerKinds().keys()].map((name) => [name, { optimizer: resolveOptimizer({ name, learningRate: 0.1 }) }]),
    ),
    'penalties and short rows': { l1: 0.01, l2: 0.1, maxNorm: 1 },
    'penalties at every step': { l2: 0.1, regularization: 'everyStep', maxNorm: 1.5 },
  }

  it.each(Object.entries(cases))('leaves the bytes of one where all lies together: %s', (_, options) => {
    for (const shares of [1, 3]) {
      const whole = trajectory(createTableMemories(), options, shares)
      for (const tableBytes of [700, 1900, 4000]) {
        const memories = tiny(tableBytes)
        const parted = trajectory(memories, options, shares)
        expect(memories.all.length).toBeGreaterThan(1)
        expect(parted.read).toEqual(whole.read)
        expect(parted.tables).toEqual(whole.tables)
        for (const [step, norm] of parted.norms.entries()) expect(norm).toBeCloseTo(whole.norms[step] ?? NaN, 9)
      }
    }
  })
})
