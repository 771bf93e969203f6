import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal, randomUniform } from '../base/index.js'
import { createDropoutDrawer } from './dropout-mask.js'
import type { IdLists, RowCombiner } from './id-lists.js'
import { createLookup } from './lookup.js'
import { resolveOptimizer } from './optimizer.js'
import type { Table } from './table.js'
import { createTable } from './table.js'
import type { TableMemory } from './table-memory.js'
import { createTableMemory } from './table-memory.js'

const step = { learningRateScale: 1, stepNumber: 1 }
const sgd = resolveOptimizer({ name: 'sgd', learningRate: 1 })

function randomLists(seed: number, rowCount: number, idCount: number): IdLists {
  const lengths = Array.from({ length: rowCount }, (_, row) => randomInteger(seed, row, 5))
  const offsets = Int32Array.from([0, ...lengths])
  for (let row = 0; row < rowCount; row++) offsets[row + 1] = (offsets[row + 1] ?? 0) + (offsets[row] ?? 0)
  const length = offsets[rowCount] ?? 0
  return {
    ids: Int32Array.from({ length }, (_, i) => randomInteger(seed + 1, i, idCount)),
    offsets,
    weights: seed % 2 === 0 ? null : Float32Array.from({ length }, (_, i) => 0.5 + randomUniform(seed + 2, i)),
  }
}

/** What each id of a row counts, by TensorFlow's definitions of the combiners. */
function coefficients(
  { ids, offsets, weights }: IdLists,
  combiner: RowCombiner,
  row: number,
): { id: number; coefficient: number }[] {
  const [start, end] = offsets ? [offsets[row] ?? 0, offsets[row + 1] ?? 0] : [row, row + 1]
  const own = [...ids.slice(start, end)].map((id, i) => ({ id, weight: weights?.[start + i] ?? 1 }))
  const sum = own.reduce((total, { weight }) => total + weight, 0)
  const squares = own.reduce((total, { weight }) => total + weight * weight, 0)
  const norm = !offsets || combiner === 'sum' ? 1 : combiner === 'mean' ? sum : Math.sqrt(squares)
  return own.map(({ id, weight }) => ({ id, coefficient: weight / norm }))
}

function filledTable(memory: TableMemory, name: string, dimension: number, rowCount = 9): Table {
  const table = createTable(memory, { name, rowCount, dimension, optimizer: sgd })
  table.initialize({ key: 11, standardDeviation: 1, distribution: 'normal' })
  return table
}

describe('a lookup', () => {
  it.each(['sum', 'mean', 'sqrtn'] as const)(
    'gathers and gives back like a loop over the definition (%s)',
    (combiner) => {
      for (let seed = 0; seed < 12; seed++) {
        const memory = createTableMemory()
        const dimension = [1, 2, 4, 5, 16, 23][seed % 6] ?? 0
        const rowCount = 6
        const idCount = seed % 2 === 0 ? 9 : 1100
        const table = filledTable(memory, 'shared', dimension, idCount)
        const before = table.readWeights(0, idCount)
        const singles: IdLists = {
          ids: Int32Array.from({ length: rowCount }, (_, row) => randomInteger(seed + 9, row, idCount)),
          offsets: null,
          weights: null,
        }
        const columns = { lists: randomLists(seed, rowCount, idCount), singles }
        const width = 2 * dimension + 1
        const lookup = createLookup(memory, {
          width,
          parts: [
            { table, column: 'lists', offset: 0, combiner },
            // A shared table, and a place next to a column that the caller fills.
            { table, column: 'singles', offset: dimension + 1, combiner },
          ],
        })
        const gathered = Float32Array.from(lookup.forward({ rowCount, ids: columns }))
        const gradient = Float32Array.from({ length: rowCount * width }, (_, i) => randomNormal(seed + 20, i))
        lookup.gradient().set(gradient)
        lookup.update(step)
        const expected = Float64Array.from(before)
        for (let row = 0; row < rowCount; row++) {
          for (const [column, offset] of [
            ['lists', 0],
            ['singles', dimension + 1],
          ] as const) {
            const own = coefficients(columns[column], combiner, row)
            for (let k = 0; k < dimension; k++) {
              const at = row * width + offset + k
              const value = own.reduce(
                (sum, { id, coefficient }) => sum + coefficient * (before[id * dimension + k] ?? 0),
                0,
              )
              expect(gathered[at]).toBeCloseTo(value, 4)
              for (const { id, coefficient } of own) {
                expected[id * dimension + k] = (expected[id * dimension + k] ?? 0) - coefficient * (gradient[at] ?? 0)
              }
            }
          }
        }
        const after = table.readWeights(0, idCount)
        expect(Math.max(...after.map((value, i) => Math.abs(value - (expected[i] ?? NaN))))).toBeLessThan(1e-4)
      }
    },
  )

  it('weighs the only id of a row as TensorFlow does, whether its list has offsets or not', () => {
    const memory = createTableMemory()
    const table = createTable(memory, { name: 't', rowCount: 2, dimension: 1, optimizer: sgd })
    table.writeWeights(0, Float32Array.of(20, 30))
    const gathered = (combiner: RowCombiner, offsets: Int32Array | null): number[] => {
      const lookup = createLookup(memory, { width: 1, parts: [{ table, column: 'x', offset: 0, combiner }] })
      const x = { ids: Int32Array.of(0, 1), offsets, weights: Float32Array.of(0.5, 2) }
      return [...lookup.forward({ rowCount: 2, ids: { x } })]
    }
    for (const offsets of [null, Int32Array.of(0, 1, 2)]) {
      // Σw·e = 0.5 · 20, 2 · 30; divided by Σw, or by √Σw², a single weight cancels.
      expect(gathered('sum', offsets)).toEqual([10, 60])
      expect(gathered('mean', offsets)).toEqual([20, 30])
      expect(gathered('sqrtn', offsets)).toEqual([20, 30])
    }
  })

  it('writes its own places only: sums of lists, zeros for empty ones, and the caller’s columns left alone', () => {
    const memory = createTableMemory()
    const table = createTable(memory, { name: 't', rowCount: 4, dimension: 1, optimizer: null })
    table.writeWeights(0, Float32Array.of(1, 10, 100, 1000))
    const lookup = createLookup(memory, {
      width: 2,
      parts: [
        { table, column: 'x', offset: 0, combiner: 'sum' },
        { table, column: 'y', offset: 0, combiner: 'sum' },
      ],
    })
    const lists = (ids: number[], end: number): IdLists => ({
      ids: Int32Array.from(ids),
      offsets: Int32Array.of(0, end, ids.length),
      weights: null,
    })
    const staging = lookup.forward({ rowCount: 2, ids: { x: lists([0, 1, 2], 2), y: lists([3, 3, 0], 1) } })
    expect([...staging]).toEqual([1011, 0, 1101, 0])
    staging[1] = 7
    staging[3] = 8
    expect([...lookup.forward({ rowCount: 2, ids: { x: lists([], 0), y: lists([2], 0) } })]).toEqual([0, 7, 100, 8])
  })

  it('updates as many rows as there are, beyond one block of them, each once', () => {
    const memory = createTableMemory()
    const table = createTable(memory, { name: 't', rowCount: 300, dimension: 5, optimizer: sgd })
    const lookup = createLookup(memory, { width: 5, parts: [{ table, column: 'x', offset: 0, combiner: 'sum' }] })
    const ids = Int32Array.from({ length: 200 }, (_, row) => (row * 7) % 100)
    lookup.forward({ rowCount: 200, ids: { x: { ids, offsets: null, weights: null } } })
    lookup.gradient().fill(1)
    lookup.update(step)
    // Each of the first hundred ids occurs twice.
    expect([...table.readWeights(0, 300)]).toEqual(Array.from({ length: 1500 }, (_, i) => (i < 500 ? -2 : 0)))
  })

  it('adds up parts that share a place: the wide logit', () => {
    const memory = createTableMemory()
    const [a, b] = [filledTable(memory, 'a', 1), filledTable(memory, 'b', 1)]
    const lookup = createLookup(memory, {
      width: 1,
      parts: [
        { table: a, column: 'x', offset: 0, combiner: 'sum' },
        { table: b, column: 'y', offset: 0, combiner: 'sum' },
      ],
    })
    const one = (id: number): IdLists => ({ ids: Int32Array.of(id), offsets: null, weights: null })
    const logit = lookup.forward({ rowCount: 1, ids: { x: one(3), y: one(5) } })[0] ?? NaN
    expect(logit).toBeCloseTo((a.readWeights(3, 1)[0] ?? NaN) + (b.readWeights(5, 1)[0] ?? NaN), 5)
  })
})

describe('the norm of the gradients', () => {
  it('is that of the rows, each with the sum of its gradients: (1 + 2)² + 4² = 25', () => {
    const memory = createTableMemory()
    const table = filledTable(memory, 't', 1)
    const lookup = createLookup(memory, { width: 1, parts: [{ table, column: 'x', offset: 0, combiner: 'sum' }] })
    lookup.forward({ rowCount: 3, ids: { x: { ids: Int32Array.of(2, 5, 2), offsets: null, weights: null } } })
    lookup.gradient().set([1, 4, 2])
    expect(lookup.squaredNorm()).toBe(25)
  })

  it('may be scaled before the penalty is added: 10 − (½ · 4 + 0.1 · 10) = 7', () => {
    const memory = createTableMemory()
    const table = createTable(memory, { name: 't', rowCount: 4, dimension: 1, optimizer: sgd, l2: 0.1 })
    table.writeWeights(0, Float32Array.of(10, 10, 10, 10))
    const lookup = createLookup(memory, { width: 1, parts: [{ table, column: 'x', offset: 0, combiner: 'sum' }] })
    lookup.forward({ rowCount: 1, ids: { x: { ids: Int32Array.of(2), offsets: null, weights: null } } })
    lookup.gradient().set([4])
    lookup.update({ ...step, gradientScale: 0.5 })
    expect([...table.readWeights(0, 4)]).toEqual([10, 10, 7, 10])
  })
})

describe('the largest length of a row', () => {
  it('holds for the rows of the batch after the update: (5, 4) − (0, −8) = (5, 12) becomes (2.5, 6)', () => {
    const memory = createTableMemory()
    const table = createTable(memory, { name: 't', rowCount: 3, dimension: 2, optimizer: sgd, maxNorm: 6.5 })
    table.writeWeights(0, Float32Array.of(30, 40, 5, 4, 5, 4))
    const lookup = createLookup(memory, { width: 2, parts: [{ table, column: 'x', offset: 0, combiner: 'sum' }] })
    lookup.forward({ rowCount: 1, ids: { x: { ids: Int32Array.of(1), offsets: null, weights: null } } })
    lookup.gradient().set([0, -8])
    lookup.update(step)
    // (5, 12) has length 13: half of it remains. Rows that the batch did not meet stay as they are.
    expect([...table.readWeights(0, 3)]).toEqual([30, 40, 2.5, 6, 5, 4])
  })

  it('holds for fresh rows', () => {
    const table = createTable(createTableMemory(), {
      name: 't',
      rowCount: 50,
      dimension: 5,
      optimizer: sgd,
      maxNorm: 1,
    })
    table.initialize({ key: 3, standardDeviation: 1, distribution: 'normal' })
    for (let row = 0; row < 50; row++) expect(Math.hypot(...table.readWeights(row, 1))).toBeLessThan(1 + 1e-6)
  })
})

describe('regularisation', () => {
  /** One step with gradient 1 on row 2 of a table whose weights are all 10; λ = 0.1, rate 1. */
  function after(
    regularization: 'touched' | 'everyStep',
    penalties: { l1?: number; l2?: number } = { l2: 0.1 },
  ): number[] {
    const memory = createTableMemory()
    const table = createTable(memory, {
      name: 't',
      rowCount: 4,
      dimension: 1,
      optimizer: sgd,
      ...penalties,
      regularization,
    })
    table.initialize({ key: 0, standardDeviation: 0, distribution: 'zeros' })
    table.writeWeights(0, Float32Array.of(10, 10, 10, 10))
    const lookup = createLookup(memory, { width: 1, parts: [{ table, column: 'x', offset: 0, combiner: 'sum' }] })
    lookup.forward({ rowCount: 1, ids: { x: { ids: Int32Array.of(2), offsets: null, weights: null } } })
    lookup.gradient().set([1])
    lookup.update(step)
    return [...table.readWeights(0, 4)]
  }

  it('"touched" moves the rows of the batch only: 10 − (1 + 0.1 · 10) = 8', () => {
    expect(after('touched')).toEqual([10, 10, 8, 10])
  })

  it('"everyStep" moves every row: 10 − 0.1 · 10 = 9 where the batch did not touch it', () => {
    expect(after('everyStep')).toEqual([9, 9, 8, 9])
  })

  it('L1 moves the same rows by the sign of their weights: 10 − (1 + 0.5) = 8.5, and 10 − 0.5 = 9.5', () => {
    expect(after('touched', { l1: 0.5 })).toEqual([10, 10, 8.5, 10])
    expect(after('everyStep', { l1: 0.5 })).toEqual([9.5, 9.5, 8.5, 9.5])
  })

  it('refuses "everyStep" on a table that is too large to update at each step', () => {
    const memory = createTableMemory()
    const options = {
      name: 't',
      rowCount: 10_000_000,
      dimension: 10,
      optimizer: sgd,
      l2: 0.1,
      regularization: 'everyStep',
    } as const
    expect(() => createTable(memory, options)).toThrow(/TABLES_EVERY_STEP|everyStep/)
  })
})

describe('a dropout mask', () => {
  const draw = createDropoutDrawer(createTableMemory())
  const mask = (firstRow: number, rows: number, key = 7): Float32Array =>
    draw({ rows, columns: 33, key, firstRow, keepProbability: 0.4 }).scaled().slice()

  it('holds 0 or 1/keep, keeps the share it should, and differs by key', () => {
    const values = mask(0, 2000)
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.4)]))
    const kept = values.filter((value) => value > 0).length
    expect(Math.abs(kept / values.length - 0.4)).toBeLessThan(5 * Math.sqrt((0.4 * 0.6) / values.length))
    expect([...mask(0, 4)]).not.toEqual([...mask(0, 4, 8)])
  })

  it('is the counter-based generator that it says, its bytes and what they are scaled to', () => {
    const mix = (value: number): number => {
      let x = value >>> 0
      x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0
      x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0
      return (x ^ (x >>> 16)) >>> 0
    }
    const [key, firstRow, rows, columns] = [7, 5, 3, 33]
    const { bytes, scale, scaled } = draw({ rows, columns, key, firstRow, keepProbability: 0.4 })
    const expected = Array.from({ length: rows * columns }, (_, i) => {
      const rowKey = mix(key ^ mix(firstRow + Math.floor(i / columns)))
      return mix((rowKey + Math.imul(i % columns, 0x9e3779b9)) >>> 0) < Math.round(0.4 * 2 ** 32) ? 1 : 0
    })
    expect([...bytes]).toEqual(expected)
    expect([scale, ...scaled()]).toEqual([2.5, ...expected.map((one) => 2.5 * one)])
  })

  it('is a function of the global row, however the rows are cut into batches', () => {
    expect([...mask(0, 6).slice(2 * 33)]).toEqual([...mask(2, 4)])
  })
})

describe('the memory', () => {
  it('refuses what does not fit in 4 GiB with a coded error', () => {
    const memory = createTableMemory()
    expect(() => createTable(memory, { name: 't', rowCount: 2 ** 28, dimension: 4, optimizer: null })).toThrow(/4 GiB/)
  })
})
