/** A catalogue, users and a model over them, all drawn: every kind of column and of cross that ranking tells apart. */
import { randomInteger, randomNormal, randomUniform } from '../src/base/index.js'
import { bucketized, categorical, cross, indicator, list, numeric } from '../src/features/index.js'
import type { Config } from '../src/features/index.js'
import type { RawRow } from '../src/features/index.js'

const nothing = { json: {}, arrays: {} }
const number = { json: { hasMissing: true, mean: 0, deviation: 1 }, arrays: {} }
const names = ['user', 'item', 'history', 'tags', 'colour', 'hour', 'shown']
export const state = {
  columns: { ...Object.fromEntries(names.map((name) => [name, nothing])), age: number, price: number },
  crosses: {},
  labels: ['1', '2', '3'],
}

export function configOf(model: Partial<NonNullable<Config['model']>>): Config {
  return {
    data: { position: { column: 'slot' }, aggregates: { shown: { take: 'count', by: ['user', 'item'] } } },
    features: {
      user: {
        user: categorical({ values: 50 }),
        likes: list(categorical({ sharedWith: 'item' })),
        history: list(categorical({ values: 9 }), { weights: 'history_weights' }),
        age: numeric(),
        shown: bucketized({ boundaries: [1, 3] }),
      },
      item: {
        item: categorical({ values: 40 }),
        tags: list(categorical({ values: 7 })),
        colour: indicator(categorical({ values: 3 })),
        price: numeric(),
      },
      context: { hour: categorical({ values: 24 }) },
    },
    model: {
      wide: [
        cross('user', 'item', { hashBuckets: 90 }),
        cross('likes', 'item', { hashBuckets: 90 }),
        cross('history', 'tags', { hashBuckets: 90 }),
        cross('shown', 'item', { hashBuckets: 90 }),
        cross('item', 'colour', { hashBuckets: 90 }),
        cross('user', 'hour', { hashBuckets: 90 }),
      ],
      deep: { embedding: 4, hidden: [16, 8] },
      ...model,
    },
  }
}

export const draws = (key: number, count: number, below: number): number[] =>
  Array.from({ length: count }, (_, i) => randomInteger(key, i, below))
export const itemRow = (seed: number): RawRow => ({
  item: randomInteger(1, seed, 40),
  tags: draws(200 + seed, seed % 4, 7),
  colour: randomInteger(2, seed, 3),
  price: seed % 7 === 0 ? null : randomNormal(3, seed),
})
export const requestRow = (seed: number): RawRow => ({
  user: randomInteger(4, seed, 50),
  likes: draws(100 + seed, seed % 5, 40),
  history: [seed % 9, 3],
  history_weights: [randomUniform(5, seed), 2],
  age: randomNormal(6, seed),
  hour: seed % 24,
})
/** How often each of some candidates was shown to the user; not a number of a few. */
export const shownBefore = (seed: number, count: number): Float64Array =>
  Float64Array.from(draws(400 + seed, count, 6), (times) => (times === 5 ? NaN : times))
export const items = Array.from({ length: 300 }, (_, index) => itemRow(index))
