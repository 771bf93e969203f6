import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ColumnDeclaration, ColumnEncoder, ColumnState, RawValue, Statistics } from '../column.js'
import { bucketized, categorical, list, numeric } from '../declare.js'
import { loadFeatureState, saveFeatureState } from '../feature-state.js'
import { columnKinds, kindOf } from './index.js'

/** A declaration of every kind, and one that its kind must refuse (`null`: there is nothing to get wrong). */
const declarations: Record<string, { valid: ColumnDeclaration; invalid: object | null }> = {
  bucketized: { valid: bucketized({ boundaries: [1, 2.5, 4] }), invalid: { boundaries: [1, 1] } },
  'given-vocabulary': { valid: categorical({ values: ['a', 'b', 3] }), invalid: { values: ['a', 'a'] } },
  hashed: { valid: categorical({ hashBuckets: 7 }), invalid: { hashBuckets: 0 } },
  identity: { valid: categorical({ values: 5 }), invalid: { values: 1.5 } },
  list: {
    valid: list(categorical(), { combiner: 'sqrtn', maximumLength: 3, weights: 'w' }),
    invalid: { weights: ['w'] },
  },
  log: { valid: numeric({ normalize: 'log' }), invalid: null },
  numeric: { valid: numeric(), invalid: null },
  quantile: { valid: numeric({ normalize: 'quantiles', quantiles: 10 }), invalid: { quantiles: 1 } },
  vocabulary: { valid: categorical({ minCount: 2 }), invalid: { minCount: 0 } },
  zscore: { valid: numeric({ normalize: 'zscore' }), invalid: null },
}

const odd: RawValue[] = [
  null,
  undefined,
  '',
  'a',
  'never seen',
  ' ',
  '"quoted|text"',
  'ü😀',
  3,
  -7.5,
  1e300,
  Number.NaN,
  Infinity,
  true,
  5n,
  ['a', null, 'b'],
  [[5n], ['a']],
  [0.5, 2],
  '1|-2',
  [1e300, 0, -0],
  [],
  'a|b|c|d|e',
]

const statisticsOf: Record<string, () => Statistics> = {
  tokens: () => ({
    kind: 'tokens',
    chunks: chunksOf([{ tokens: ['a', 'b', '3'], counts: [5, 2, 1] }]),
    missingCount: 1,
  }),
  numbers: () => ({
    kind: 'numbers',
    chunks: chunksOf([{ numbers: Float64Array.of(-2, 0, 3.5), counts: [1, 5, 2] }]),
    valueCount: 8,
    missingCount: 1,
  }),
  nothing: () => ({ kind: 'nothing' }),
}

async function* chunksOf<T>(chunks: readonly T[]): AsyncGenerator<T> {
  yield* chunks
}

async function learned(declaration: ColumnDeclaration): Promise<ColumnState> {
  const kind = kindOf(declaration)
  return kind.learn(declaration, statisticsOf[kind.learnsFrom(declaration)]?.() ?? { kind: 'nothing' })
}

function encoded(encoder: ColumnEncoder, raw: RawValue): number[] {
  if (encoder.shape.kind === 'numbers') {
    const target = new Float32Array(encoder.shape.width)
    encoder.writeNumbers?.(raw, target, 0)
    return [...target]
  }
  const ids: number[] = []
  encoder.appendIds?.(raw, ids, [])
  return ids
}

describe.each(columnKinds.map(({ kind }) => kind))('a %s column', (name) => {
  const { valid, invalid } = declarations[name] ?? { valid: categorical(), invalid: null }
  const kind = kindOf(valid)

  it('has a frozen declaration without faults, and names the fault of a wrong one', () => {
    expect(Object.isFrozen(valid)).toBe(true)
    expect(kind.issues(valid, 'features.x')).toEqual([])
    if (invalid) {
      const [issue] = kind.issues({ ...valid, ...invalid }, 'features.x')
      expect(issue?.path).toMatch(/^features\.x/)
      expect(issue?.message).toMatch(/must .*; got /)
    }
  })

  it('encodes every value, however odd, within its shape, the same each time, and changes nothing', async () => {
    const encoder = kind.compile(valid, await learned(valid))
    const before = JSON.stringify(odd, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    for (const raw of odd) {
      const result = encoded(encoder, raw)
      expect(encoded(encoder, raw)).toEqual(result)
      const { shape } = encoder
      if (shape.kind === 'numbers') for (const value of result) expect(Number.isFinite(value)).toBe(true)
      else {
        if (!shape.isMultivalent) expect(result).toHaveLength(1)
        for (const id of result) expect(id >= 0 && id < shape.idCount && Number.isInteger(id)).toBe(true)
      }
    }
    expect(JSON.stringify(odd, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toBe(before)
  })

  it('gives every id a weight of at least 0, however odd the cell beside the value, or no id one', async () => {
    const encoder = kind.compile(valid, await learned(valid))
    const isWeighted = encoder.shape.kind === 'ids' && encoder.shape.isWeighted === true
    expect(encoder.readsWeights !== undefined).toBe(isWeighted)
    for (const raw of odd) {
      for (const beside of odd) {
        const ids: number[] = []
        const weights: number[] = []
        encoder.appendIds?.(raw, ids, weights, beside)
        expect(weights).toHaveLength(isWeighted ? ids.length : 0)
        for (const weight of weights) expect(weight >= 0 && Number.isFinite(Math.fround(weight))).toBe(true)
        if (encoder.readsWeights?.(raw, beside) === false) expect(new Set(weights).size).toBeLessThan(2)
      }
    }
  })

  it('refuses statistics of a kind that it did not ask for', async () => {
    const wanted = kind.learnsFrom(valid)
    if (wanted === 'nothing') return
    const wrong = statisticsOf[wanted === 'tokens' ? 'numbers' : 'tokens']?.() ?? { kind: 'nothing' }
    await expect(kind.learn(valid, wrong)).rejects.toThrow('cannot learn from')
  })

  it('yields what it says', async () => {
    expect(kind.compile(valid, await learned(valid)).shape.kind).toBe(kind.yields)
  })

  it('encodes the same after its state was saved and loaded', async () => {
    const state = await learned(valid)
    const directory = mkdtempSync(join(tmpdir(), 'widedeep-state-'))
    saveFeatureState(directory, { columns: { 'a/b c': state }, crosses: {} })
    const loaded = loadFeatureState(directory).columns['a/b c']
    expect(loaded).toBeDefined()
    if (!loaded) return
    const [a, b] = [kind.compile(valid, state), kind.compile(valid, loaded)]
    for (const raw of odd) expect(encoded(b, raw)).toEqual(encoded(a, raw))
    const again = mkdtempSync(join(tmpdir(), 'widedeep-state-'))
    saveFeatureState(again, { columns: { 'a/b c': loaded }, crosses: {} })
    for (const file of readdirSync(directory))
      expect(readFileSync(join(again, file))).toEqual(readFileSync(join(directory, file)))
  })
})

describe('the list of kinds', () => {
  it('has every file of the folder, and each is declared here', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('-column.ts'))
    expect(columnKinds).toHaveLength(files.length)
    expect(columnKinds.map(({ kind }) => kind).sort()).toEqual(Object.keys(declarations).sort())
  })
})
