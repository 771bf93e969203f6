/** Lists whose values have weights, TensorFlow's `weighted_categorical_column`, as the encoder reads them. */
import { describe, expect, it } from 'vitest'
import type { RawValue } from './column.js'
import type { ListOptions } from './declare.js'
import { categorical, cross, embedding, list } from './declare.js'
import type { Encoder } from './encoder.js'
import { createEncoder } from './encoder.js'
import type { FeatureGroup } from './feature-spec.js'
import { withRequest } from './raw-row.js'

const genres = categorical({ values: ['a', 'b', 'c'] })
const nothing = { json: {}, arrays: {} }

function encoderOf(features: FeatureGroup): Encoder {
  const columns = Object.fromEntries(Object.keys(features).map((name) => [name, nothing]))
  const wide = [cross('genres', 'day', { name: 'hashed', hashBuckets: 50 }), cross('genres', 'day', { name: 'exact' })]
  const model = 'day' in features ? { model: { wide } } : {}
  const exact = { json: {}, arrays: { tuples: Int32Array.of(2, 5, 3, 5) } }
  return createEncoder({ features, ...model }, { columns, crosses: { exact } })
}

/** Ids and weights of one row. */
function encoded(row: Record<string, RawValue>, options: ListOptions = {}): [number[], number[]] {
  const encoder = encoderOf({ genres: list(genres, { weights: 'genre_weights', ...options }) })
  const { ids, weights } = encoder.encode([row]).ids['genres'] ?? { ids: [], weights: [] }
  return [[...ids], [...(weights ?? [])]]
}

describe('a weighted list', () => {
  it('reads both columns, arrays or text with the same separator', () => {
    const expected = [
      [2, 3],
      [0.75, 0.25],
    ]
    expect(encoded({ genres: ['a', 'b'], genre_weights: [0.75, 0.25] })).toEqual(expected)
    expect(encoded({ genres: 'a|b', genre_weights: '0.75| 0.25' })).toEqual(expected)
    expect(encoded({ genres: 'a;b', genre_weights: ['0.75', 0.25] }, { separator: ';' })).toEqual(expected)
    expect(encoded({ genres: 'a', genre_weights: 3 })).toEqual([[2], [3]])
  })

  it('leaves missing values out with their weights, and keeps the last ones of both', () => {
    const row = { genres: ['a', null, 'b', '', 'c'], genre_weights: [1, 2, 3, 4, 5] }
    expect(encoded(row)).toEqual([
      [2, 3, 4],
      [1, 3, 5],
    ])
    expect(encoded(row, { maximumLength: 3 })).toEqual([
      [3, 4],
      [3, 5],
    ])
  })

  it.each<[string, RawValue]>([
    ['missing', undefined],
    ['null', null],
    ['empty text', ''],
    ['too few', [2]],
    ['too many', '2|3|4'],
    ['negative', [2, -1]],
    ['no number', '2|x'],
    ['infinite', [2, Infinity]],
    ['partly missing', [2, null]],
  ])('weighs every value 1 where the weights are %s', (_, weights) => {
    expect(encoded({ genres: 'a|b', genre_weights: weights })).toEqual([
      [2, 3],
      [1, 1],
    ])
  })

  it('has weights in every batch, in one without a value too, and lists without weights in none', () => {
    const encoder = encoderOf({ genres: list(genres, { weights: 'w' }), plain: list(genres) })
    expect(encoder.encode([{ w: null }]).ids['genres']?.weights).toEqual(new Float32Array(0))
    expect(encoder.encode([{ plain: 'a', w: [5] }]).ids['plain']?.weights).toBeNull()
    expect(encoder.columns.map(({ shape }) => 'isWeighted' in shape)).toEqual([true, false])
  })

  it('may share a vocabulary, and two lists of one column differ in their weights', () => {
    const encoder = encoderOf({
      item: genres,
      liked: embedding(list(categorical({ sharedWith: 'item' }), { weights: 'stars' }), { dimension: 4 }),
      again: list(categorical({ sharedWith: 'item' }), { from: 'liked', weights: 'ages' }),
    })
    const { liked, again } = encoder.encode([{ liked: ['b', 'c'], stars: [5, 1], ages: '0|0.5' }]).ids
    expect([...(again?.ids ?? [])]).toEqual([...(liked?.ids ?? [])])
    expect([liked?.weights, again?.weights]).toEqual([Float32Array.of(5, 1), Float32Array.of(0, 0.5)])
  })

  it('counts every pair of a cross 1, as TensorFlow does', () => {
    const encoder = encoderOf({ genres: list(genres, { weights: 'w' }), day: categorical({ values: 7 }) })
    const row = { genres: 'a|b', w: '9|0.1', day: 3 }
    const [weighted, plain] = [encoder.encode([row]), encoder.encode([{ ...row, w: null }])]
    expect([...(weighted.ids['exact']?.ids ?? [])]).toEqual([2, 3])
    for (const name of ['hashed', 'exact']) {
      expect(weighted.ids[name]).toEqual(plain.ids[name])
      expect(weighted.ids[name]?.weights).toBeNull()
    }
  })
})

describe('a stored row with a request in its place', () => {
  const features = { genres: list(genres, { from: 'tags', weights: 'w' }), age: genres }
  const stored = { genres: ['a', 'b'], w: [1, 2], age: 'a' }

  it('keeps the stored weights with the stored values alone', () => {
    expect(withRequest({ features }, stored, { age: 'b' })).toEqual({ ...stored, age: 'b' })
    expect(withRequest({ features }, stored, { genres: 'c|b' })).toEqual({ genres: 'c|b', w: null, age: 'a' })
    expect(withRequest({ features }, stored, { tags: 'c' })['w']).toBeNull()
    expect(withRequest({ features }, stored, { genres: 'c', w: '5' })).toEqual({ genres: 'c', w: '5', age: 'a' })
  })
})
