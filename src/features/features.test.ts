import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { randomInteger } from '../base/index.js'
import type { ColumnDeclaration, NumberStatistics, RawValue } from './column.js'
import { quantileColumn } from './columns/quantile-column.js'
import type { QuantileDeclaration } from './columns/quantile-column.js'
import { vocabularyColumn } from './columns/vocabulary-column.js'
import { learnCross } from './cross.js'
import { allFeatures, deepUseOf } from './config-access.js'
import { bucketized, categorical, cross, embedding, frozen, list, numeric } from './declare.js'
import { defineConfig } from './define-config.js'
import { createEncoder } from './encoder.js'
import type { EncodedFeatures, JaggedIds } from './encoded-batch.js'
import type { Config } from './feature-spec.js'
import { TokenTable } from './token-table.js'

async function* once<T>(chunk: T): AsyncGenerator<T> {
  yield chunk
}

function numberStatistics(values: readonly number[]): NumberStatistics {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const numbers = [...counts.keys()].sort((a, b) => a - b)
  const chunk = { numbers: Float64Array.from(numbers), counts: numbers.map((number) => counts.get(number) ?? 0) }
  return { kind: 'numbers', chunks: once(chunk), valueCount: values.length, missingCount: 0 }
}

async function quantileEncoder(values: readonly number[], quantiles = 1000): Promise<(x: number) => number> {
  const declaration = numeric({ normalize: 'quantiles', quantiles }) as QuantileDeclaration
  const encoder = quantileColumn.compile(declaration, await quantileColumn.learn(declaration, numberStatistics(values)))
  return (x) => {
    const target = new Float32Array(1)
    encoder.writeNumbers?.(x, target, 0)
    return target[0] ?? Number.NaN
  }
}

describe('the quantile column', () => {
  it('cuts 1 … 8 into four quantiles as worked out by hand', async () => {
    // Boundaries: the smallest v with P(X ≤ v) ≥ 1/4, 2/4, 3/4: 2, 4, 6. i = 1 + boundaries below x; value (i − 1)/3.
    const encode = await quantileEncoder([1, 2, 3, 4, 5, 6, 7, 8], 4)
    expect([1, 2, 2.5, 4, 5, 6, 7, 99].map(encode).map((x) => x.toFixed(4))).toEqual([
      '0.0000',
      '0.0000',
      '0.3333',
      '0.3333',
      '0.6667',
      '0.6667',
      '1.0000',
      '1.0000',
    ])
  })

  it('keeps 0 at 0 and the order among positives where 92 % of the values are zero', async () => {
    const values = Array.from({ length: 5000 }, (_, i) => (i % 100 < 92 ? 0 : 1 + i))
    const encode = await quantileEncoder(values)
    expect(encode(0)).toBe(0)
    expect(encode(100)).toBeGreaterThan(0.9)
    expect(encode(4000)).toBeGreaterThan(encode(1000))
  })

  const adult = new URL('../../../shared/data/adult/adult.data', import.meta.url)
  it.skipIf(!existsSync(adult))('does so for the capital gain of Adult (needs adult/adult.data)', async () => {
    const gains = readFileSync(adult, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number(line.split(',')[10]))
    const encode = await quantileEncoder(gains)
    expect(encode(0)).toBe(0)
    expect(encode(5000)).toBeLessThan(encode(10_000))
    expect(encode(3000)).toBeLessThan(encode(5000))
  })
})

describe('a vocabulary', () => {
  it('keeps tokens by count, drops rare ones and those beyond the budget, and counts both', async () => {
    const chunk = { tokens: ['x', 'y', 'z', 'rare'], counts: [9, 5, 3, 1] }
    const state = await vocabularyColumn.learn(
      { kind: 'vocabulary', minCount: 2, vocabularyBudget: 2 },
      { kind: 'tokens', chunks: once(chunk), missingCount: 0 },
    )
    expect(state.json).toEqual({ tokens: 2, belowMinCount: 1, beyondBudget: 1 })
  })

  it('finds each of 200,000 tokens again, by itself and from its arrays, and none else', () => {
    const table = new TokenTable()
    for (let i = 0; i < 200_000; i++) table.add(`token-${String(i)}-ü`)
    const { bytes, ends } = table.arrays()
    const loaded = new TokenTable(bytes, ends)
    for (let i = 0; i < 200_000; i += 37) {
      expect(loaded.find(`token-${String(i)}-ü`)).toBe(i)
      expect(table.tokenAt(i)).toBe(`token-${String(i)}-ü`)
    }
    expect(loaded.find('token-200000-ü')).toBe(-1)
    expect(loaded.find('')).toBe(-1)
  })

  it('keeps the places of tokens that lose their names, and gives others to those that come back', () => {
    const table = new TokenTable()
    for (const token of ['a', 'bb', 'c']) table.add(token)
    const { bytes, ends } = table.without(['bb', 'a', 'x']).arrays()
    expect([[...bytes], [...ends]]).toEqual([[99], [0, 0, 1]])
    const loaded = new TokenTable(bytes, ends)
    expect(['a', 'bb', 'c', ''].map((token) => loaded.find(token))).toEqual([-1, -1, 2, -1])
    expect([loaded.add('bb'), loaded.find('bb'), loaded.count, loaded.tokenAt(1)]).toEqual([true, 3, 4, ''])
  })

  it('takes no token beyond its bytes, and still knows those before it', () => {
    const table = new TokenTable(new Uint8Array(0), new Int32Array(0), 5)
    expect(['abc', 'de', 'f', 'de'].map((token) => table.add(token))).toEqual([true, true, false, true])
    expect(['abc', 'de', 'f'].map((token) => table.find(token))).toEqual([0, 1, -1])
  })

  it('gives a token back as it was, byte order mark and all', () => {
    const table = new TokenTable()
    table.add('\ufefftoken')
    expect(table.tokenAt(0)).toBe('\ufefftoken')
  })
})

const spec: Config = {
  data: { examples: 'x.csv', label: { column: 'y' } },
  features: {
    user: { user: categorical({ values: ['a', 'b', 'a|b', 'b|'] }), likes: list(categorical({ sharedWith: 'item' })) },
    item: { item: categorical({ values: ['i', 'j', 'k'] }), price: bucketized({ boundaries: [1, 5] }) },
    context: { hour: numeric({ normalize: 'none' }) },
  },
  model: {
    wide: [cross('user', 'item'), cross('likes', 'item', 'price'), cross('user', 'price', { hashBuckets: 11 })],
  },
}

async function specEncoder(config: Config = spec) {
  const nothing = { json: {}, arrays: {} }
  const columns = {
    user: nothing,
    item: nothing,
    price: nothing,
    hour: { json: { hasMissing: true, mean: 2, deviation: 1 }, arrays: {} },
  }
  const tuples = (values: readonly number[]) => ({
    chunks: once({ tuples: Int32Array.from(values), counts: [9, 8, 7, 6] }),
  })
  return createEncoder(config, {
    columns,
    crosses: {
      user_x_item: await learnCross(cross('user', 'item'), tuples([2, 2, 3, 3, 4, 2])),
      likes_x_item_x_price: await learnCross(cross('likes', 'item', 'price'), tuples([2, 3, 1, 3, 3, 2])),
    },
  })
}

function randomRow(seed: number): Record<string, RawValue> {
  const pick = <T>(values: readonly T[], at: number): T => values[randomInteger(seed, at, values.length)] as T
  return {
    user: pick<RawValue>(['a', 'b', 'a|b', 'b|', 'new', null, ''], 0),
    likes: pick<RawValue>([['i', 'j'], 'i|k|new', [], null, ['k']], 1),
    item: pick<RawValue>(['i', 'j', 'k', 'new', null], 2),
    price: pick<RawValue>([0, 1, 4.9, 5, null, 'text'], 3),
    hour: pick<RawValue>([1, '2', null, 'x'], 4),
  }
}

describe('the encoder', () => {
  it('encodes a batch as it encodes each row alone', async () => {
    const encoder = await specEncoder()
    const rows = Array.from({ length: 200 }, (_, seed) => randomRow(seed))
    const whole = encoder.encode(rows)
    for (const [index, row] of rows.entries()) {
      const single = encoder.encode([row])
      for (const name of Object.keys(whole.ids)) expect(idsOf(whole, name, index)).toEqual(idsOf(single, name, 0))
      for (const [name, values] of Object.entries(single.numbers)) {
        expect([...values]).toEqual([
          ...(whole.numbers[name] ?? []).slice(index * values.length, (index + 1) * values.length),
        ])
      }
    }
  })

  it('does not depend on the order in which features are declared or stand in a row, and changes no row', async () => {
    const { user, item, context } = spec.features as Record<string, Record<string, ColumnDeclaration>>
    const turned = Object.fromEntries(Object.entries({ ...context, ...item, ...user }).reverse())
    const [encoder, other] = [await specEncoder(), await specEncoder({ ...spec, features: turned })]
    for (let seed = 0; seed < 50; seed++) {
      const row = randomRow(seed)
      const before = structuredClone(row)
      const backwards = Object.fromEntries(Object.entries(row).reverse())
      expect(other.encode([backwards])).toEqual(encoder.encode([frozen(row)]))
      expect(row).toEqual(before)
    }
  })

  it('does not mistake one pair for another whatever the tokens hold', async () => {
    const encoder = await specEncoder()
    const id = (user: string, item: string): number =>
      idsOf(encoder.encode([{ user, item }]), 'user_x_item', 0)[0] ?? -1
    // "a|b" with "i" and "b|" never share a key with "a" and "b|i", as joined texts would.
    expect(id('a|b', 'i')).not.toBe(id('b|', 'i'))
    expect(id('a', 'i')).toBe(2)
    expect(id('b', 'i')).toBe(1)
  })

  it('crosses lists by their cartesian product, and an empty list with nothing', async () => {
    const encoder = await specEncoder()
    const rows = [
      { likes: ['i', 'j'], item: 'j', price: 0.5 },
      { likes: [], item: 'j', price: 0.5 },
    ]
    const encoded = encoder.encode(rows)
    // (i, j, bucket 1) is the first tuple learned; (j, j, bucket 1) was never seen.
    expect(idsOf(encoded, 'likes_x_item_x_price', 0)).toEqual([2, 1])
    expect(idsOf(encoded, 'likes_x_item_x_price', 1)).toEqual([])
  })

  it('shares the vocabulary of another feature', async () => {
    const encoder = await specEncoder()
    const encoded = encoder.encode([{ item: 'k', likes: ['k'] }])
    expect(idsOf(encoded, 'likes', 0)).toEqual(idsOf(encoded, 'item', 0))
  })

  it('keeps a single value single when it shares the vocabulary of a list', () => {
    const features = { likes: list(categorical({ values: ['i', 'j'] })), last: categorical({ sharedWith: 'likes' }) }
    const encoder = createEncoder({ features }, { columns: { likes: { json: {}, arrays: {} } }, crosses: {} })
    const encoded = encoder.encode([{ likes: 'i|j', last: 'j' }])
    expect(idsOf(encoded, 'likes', 0)).toEqual([2, 3])
    expect(encoded.ids['last']).toEqual({ ids: Int32Array.of(3), offsets: null, weights: null })
  })

  it('gives a feature that shares a table the dimension of that table', () => {
    const app = embedding(categorical(), { dimension: 8 })
    const features = { app, installed: list(categorical({ sharedWith: 'app' })), other: categorical() }
    const declared = allFeatures({ features })
    const uses = Object.values(declared).map((declaration) => deepUseOf(declaration, 16))
    expect(uses).toEqual([
      { kind: 'embedding', dimension: 8, sharedWith: undefined },
      { kind: 'embedding', dimension: 8, sharedWith: 'app' },
      { kind: 'embedding', dimension: 16, sharedWith: undefined },
    ])
  })
})

function idsOf(features: EncodedFeatures, name: string, row: number): number[] {
  const { ids, offsets }: JaggedIds = features.ids[name] ?? { ids: new Int32Array(0), offsets: null, weights: null }
  return [...ids.slice(offsets ? offsets[row] : row, offsets ? offsets[row + 1] : row + 1)]
}

describe('defineConfig', () => {
  it('makes a misspelt feature a type error', () => {
    const data = { examples: 'x.csv', label: { column: 'y' } }
    const features = { user: { age: categorical() }, item: { app: categorical() } }
    defineConfig({ data, features, model: { wide: [cross('age', 'app', { minCount: 3 })] } })
    defineConfig({ data, features, model: { deep: { features: ['age'] } } })
    // @ts-expect-error "ap" is no feature
    defineConfig({ data, features, model: { wide: [cross('age', 'ap')] } })
    // @ts-expect-error "ap" is no feature
    defineConfig({ data, features, model: { wide: [cross('age', 'ap', { minCount: 3 })] } })
    // @ts-expect-error "agee" is no feature
    defineConfig({ data, features, model: { deep: { features: ['agee'] } } })
    expect(Object.isFrozen(defineConfig({ data, features: { age: categorical() } }))).toBe(true)
  })
})
