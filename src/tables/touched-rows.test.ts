import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal, randomUniform } from '../base/index.js'
import type { IdLists } from './id-lists.js'
import { createLookup } from './lookup.js'
import { resolveOptimizer } from './optimizer.js'
import { createTable } from './table.js'
import { createTableMemory } from './table-memory.js'
import { createTouchedRows } from './touched-rows.js'

const step = { learningRateScale: 1, stepNumber: 1 }

describe('the rows of a table', () => {
  const ftrl = resolveOptimizer({ name: 'ftrl', learningRate: 0.5, l1: 0.01 })
  const columns = (rowCount: number): Record<string, IdLists> => ({
    lists: {
      ids: Int32Array.from({ length: 3 * rowCount }, (_, i) => Math.floor(1100 * randomUniform(3, i) ** 3)),
      offsets: Int32Array.from({ length: rowCount + 1 }, (_, row) => 3 * row),
      weights: Float32Array.from({ length: 3 * rowCount }, (_, i) => randomUniform(4, i)),
    },
    singles: {
      ids: Int32Array.from({ length: rowCount }, (_, row) => randomInteger(5, row, 40)),
      offsets: null,
      weights: null,
    },
  })

  /** Three steps of a wide and a deep lookup of the same columns, as the threads of so many owners would take them. */
  function rowsAfter(owners: number, regularization: 'touched' | 'everyStep'): string[] {
    const memory = createTableMemory()
    const l2 = regularization === 'everyStep' ? 0.01 : 0
    const tables = ([1, 16] as const).map((dimension) => {
      const maxNorm = dimension === 1 ? 0 : 4
      const options = { name: 't', rowCount: 1100, dimension, optimizer: ftrl, l2, regularization, maxNorm }
      const table = createTable(memory, options)
      table.initialize({ key: 1, standardDeviation: 1, distribution: 'normal' })
      return table
    })
    const gradients = tables.map(({ dimension }) => memory.allocate(4 * 200 * 2 * dimension))
    const shares = Array.from({ length: owners }, (_, index) => {
      const touched = createTouchedRows(memory, { index, count: owners })
      return tables.map((table, at) =>
        createLookup(memory, {
          width: 2 * table.dimension,
          parts: [
            { table, column: 'lists', offset: 0, combiner: 'sqrtn' },
            { table, column: 'singles', offset: table.dimension, combiner: 'sum' },
          ],
          touched,
          gradients: () => gradients[at] ?? 0,
        }),
      )
    })
    for (const rowCount of [200, 7, 150]) {
      for (const lookup of shares.flat()) {
        lookup.forward({ rowCount, ids: columns(rowCount) })
        lookup.gradient().set(Float32Array.from(lookup.gradient(), (_, i) => randomNormal(rowCount, i)))
      }
      for (const lookup of shares.flat()) lookup.update(step)
    }
    return tables.map(({ rows }) => Buffer.from(Float32Array.from(rows).buffer).toString('base64'))
  }

  it.each(['touched', 'everyStep'] as const)('are the same bytes whoever owns them: %s', (regularization) => {
    const alone = rowsAfter(1, regularization)
    expect(rowsAfter(2, regularization)).toEqual(alone)
    expect(rowsAfter(5, regularization)).toEqual(alone)
  })
})
