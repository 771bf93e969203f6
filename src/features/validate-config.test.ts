import { describe, expect, it } from 'vitest'
import { bucketized, categorical, cross, embedding, indicator, list, numeric } from './declare.js'
import type { Config } from './feature-spec.js'
import { validateConfig } from './validate-config.js'

const whole: Config = {
  data: {
    examples: ['a.csv', 'b.csv'],
    format: {
      type: 'csv',
      delimiter: '|',
      encoding: 'latin-1',
      null: ['?', '-'],
      header: false,
      columns: ['a'],
      quote: '',
    },
    join: [{ from: 'users.csv', on: { examples: 'user', table: 'id' }, format: { delimiter: ';' } }],
    label: { column: 'y', positive: ['yes', 1] },
    split: { by: 'time', validation: '1d', test: 0.1 },
    user: 'user',
    item: 'item',
    history: { seen: { of: 'item', where: { column: 'y', atLeast: 1 }, last: 5 } },
  },
  features: {
    user: {
      user: categorical({ hashBuckets: 100 }),
      seen: list(categorical({ sharedWith: 'item' }), {
        combiner: 'sqrtn',
        separator: ';',
        maximumLength: 9,
        weights: 'seen_weights',
      }),
      age: numeric({ normalize: 'quantiles' }),
      income: numeric({ normalize: 'zscore' }),
    },
    item: {
      item: embedding(categorical({ minCount: 2 }), { dimension: 8 }),
      price: bucketized({ boundaries: [1, 5] }),
      rank: numeric({ normalize: 'log' }),
      size: numeric(),
    },
    context: { hour: categorical({ values: 24 }), day: indicator(categorical({ values: ['mon', 'tue', 3] })) },
  },
  model: {
    wide: {
      features: ['item'],
      crosses: [cross('seen', 'item'), cross('hour', 'price', { hashBuckets: 9, name: 'when' })],
      optimizer: { name: 'ftrl', learningRate: 0.1, schedule: { name: 'cosine', warmup: 10 } },
      l2: 0,
      l1: 0,
      combiner: 'sqrtn',
      regularization: 'everyStep',
    },
    deep: {
      features: ['item', 'seen'],
      embedding: 8,
      hidden: [4, 2],
      activation: 'relu',
      dropout: 0.1,
      normalization: 'batch',
    },
    head: 'binary',
  },
  training: {
    batchSize: 32,
    epochs: 2,
    seed: 0,
    patience: 1,
    metric: 'auc',
    plateau: 0.5,
    clipNorm: 1,
    averaging: 1,
    warmStartMemory: 0.1,
    lossReduction: 'mean',
  },
}

const source = { examples: 'x.csv', label: { column: 'y' } }
const pathsOf = (config: unknown): string[] => validateConfig(config).map(({ path }) => path)
const ids = categorical()

describe('validateConfig', () => {
  it('lets a config through that uses everything', () => {
    expect(validateConfig(whole)).toEqual([])
  })

  it('reports five mistakes at once, each with its path, what it must be, what it got and the nearest name', () => {
    const issues = validateConfig({
      data: { examples: 'x.csv', label: { column: 'y' }, splitt: { by: 'time' } },
      features: { age: bucketized({ boundaries: [5, 5] }), city: { kind: 'categorial' } },
      model: { deep: { hidden: [64, -1], activation: 'rellu' } },
    })
    expect(issues.map(({ path }) => path)).toEqual([
      'data.splitt',
      'model.deep.hidden[1]',
      'model.deep.activation',
      'features.age.boundaries',
      'features.city',
    ])
    expect(issues[0]?.message).toContain('did you mean "split"?')
    expect(issues[1]?.message).toContain('got -1')
    expect(issues[2]?.message).toContain('did you mean "relu"?')
    expect(issues[3]?.message).toContain('strictly increasing; got 5 after 5 at position 1')
  })

  it('refuses crosses of unknown features and of numbers, with the way out', () => {
    const config = {
      data: { examples: 'x', label: { column: 'y' } },
      features: { age: numeric(), app: categorical() },
      model: { wide: [cross('age', 'ap')] },
    }
    const messages = validateConfig(config).map(({ message }) => message)
    expect(messages.some((message) => message.includes('did you mean "app"'))).toBe(true)
    expect(messages.some((message) => message.includes('bucketized()'))).toBe(true)
  })

  it.each([
    null,
    3,
    [],
    {},
    { data: {}, features: {} },
    { data: 1, features: { a: 1 }, model: { wide: { crosses: 4 } } },
  ])('answers %j with faults, never with a crash', (config) => {
    expect(validateConfig(config).length).toBeGreaterThan(0)
  })

  it('reports a bad feature and a bad cross in the same answer', () => {
    const config = {
      data: source,
      features: { age: { kind: 'nonsense' }, app: ids },
      model: { wide: [cross('ap', 'age')] },
    }
    expect(pathsOf(config)).toEqual(['features.age', 'model.wide[0]'])
  })

  it.each([
    ['a list of nothing known', { x: list({ kind: 'nonsense' }) }, ['features.x.inner']],
    [
      'a list without elements',
      { x: { kind: 'list' } },
      ['features.x.inner', 'features.x.combiner', 'features.x.separator'],
    ],
    ['a list of numbers', { x: list(numeric()) }, ['features.x.inner']],
    ['a list of lists', { x: list(list(ids)) }, ['features.x.inner']],
    [
      'boundaries that are no numbers',
      { x: bucketized({ boundaries: [1, Number.NaN] }) },
      ['features.x.boundaries[1]'],
    ],
    ['a vocabulary that is a text', { x: { kind: 'given-vocabulary', values: 'abc' } }, ['features.x.values']],
    ['values that are the same token', { x: categorical({ values: [1, '1'] }) }, ['features.x.values']],
    [
      'an option that nothing knows',
      { x: categorical(Object.assign({ minCount: 5 }, { minCont: 5 })) },
      ['features.x.minCont'],
    ],
    ['options of two kinds', { x: categorical({ values: 24, hashBuckets: 9 }) }, ['features.x.hashBuckets']],
    ['quantiles of numbers as they are', { x: numeric({ quantiles: 9 }) }, ['features.x.quantiles']],
    ['a misspelt normalisation', { x: numeric({ normalize: 'zscor' as 'zscore' }) }, ['features.x.normalize']],
    ['an embedding without width', { x: embedding(ids, { dimension: 0 }) }, ['features.x.deep.dimension']],
    ['an embedded number', { x: embedding(numeric(), { dimension: 4 }) }, ['features.x.deep']],
    [
      'a feature that shares with itself',
      { user: { x: categorical({ sharedWith: 'x' }) } },
      ['features.user.x.sharedWith'],
    ],
    [
      'a chain of shared vocabularies',
      { x: categorical({ sharedWith: 'y' }), y: categorical({ sharedWith: 'z' }), z: ids },
      ['features.x.sharedWith'],
    ],
    [
      'a vocabulary shared with a number',
      { x: categorical({ sharedWith: 'y' }), y: numeric() },
      ['features.x.sharedWith'],
    ],
    [
      'a shared table of two widths',
      { x: embedding(categorical({ sharedWith: 'y' }), { dimension: 4 }), y: embedding(ids, { dimension: 8 }) },
      ['features.x.deep.dimension'],
    ],
    ['one name in two groups', { user: { x: ids }, item: { x: ids } }, ['features.item.x']],
    ['a feature beside groups', { user: { x: ids }, y: ids }, ['features.y']],
    ['groups of nothing', { user: {}, item: {} }, ['features']],
  ])('refuses %s', (_, features, paths) => {
    expect(pathsOf({ data: source, features })).toEqual(paths)
  })

  it.each([
    ['two crosses of one name', { wide: [cross('x', 'y'), cross('y', 'z', { name: 'x_x_y' })] }, ['model.wide[1]']],
    ['a cross named like a feature', { wide: [cross('x', 'y', { name: 'z' })] }, ['model.wide[0]']],
    ['a feature crossed with itself', { wide: [cross('x', 'x')] }, ['model.wide[0]']],
    [
      'an unknown feature of a cross in the long form',
      { wide: { crosses: [cross('x', 'yy')] } },
      ['model.wide.crosses[0]'],
    ],
    [
      'a cross by hand that lacks its count',
      { wide: [{ kind: 'cross', name: 'c', features: ['x', 'y'] }] },
      ['model.wide[0].minCount'],
    ],
    [
      'unknown features of the parts',
      { wide: { features: ['xx'] }, deep: { features: ['x', 'w'] } },
      ['model.wide.features[0]', 'model.deep.features[1]'],
    ],
    ['a model without parts', { wide: false, deep: false }, ['model']],
    [
      'an optimizer whose number is a list',
      { deep: { optimizer: { name: 'sgd', learningRate: [1] } } },
      ['model.deep.optimizer.learningRate'],
    ],
  ])('refuses %s', (_, model, paths) => {
    expect(pathsOf({ data: source, features: { x: ids, y: ids, z: ids }, model })).toEqual(paths)
  })

  it('refuses weights of what is no list, and every fault of weights at once', () => {
    const features = {
      tags: list(ids, { weights: 'age' }),
      genres: list(ids, { weights: '' }),
      single: { ...ids, weights: 'w' },
      age: numeric({ from: 'years' }),
      years: list(ids, { weights: 'size' }),
      size: numeric(),
    }
    expect(pathsOf({ data: source, features }).sort()).toEqual([
      'features.genres.weights',
      'features.single.weights',
      'features.tags.weights',
    ])
  })

  it('refuses a label read in two ways, and a split that leaves nothing to learn from', () => {
    const data = {
      ...source,
      label: { column: 'y', positive: [1], atLeast: 4 },
      split: { by: 'random', validation: 0.5, test: 0.5 },
    }
    expect(pathsOf({ data, features: { x: ids } })).toEqual(['data.label', 'data.split'])
  })

  it('refuses tokens that expire where no row has a time', () => {
    const expiring = (data: object): Config => ({
      data: { examples: 'a.csv', label: { column: 'y' }, ...data },
      features: { app: categorical({ expireAfter: '90d' }), tags: list(categorical({ expireAfter: 'soon' })) },
    })
    expect(validateConfig(expiring({ time: 'at' })).map(({ path }) => path)).toEqual([
      'features.tags.inner.expireAfter',
    ])
    expect(validateConfig(expiring({ split: { by: 'time', column: 'at' } }))).toHaveLength(1)
    expect(validateConfig(expiring({})).map(({ path }) => path)).toEqual([
      'features.tags.inner.expireAfter',
      'features.app',
      'features.tags',
    ])
  })

  it('answers any value in any place of a config without a crash, and names every key that it does not know', () => {
    const odd: readonly unknown[] = [
      null,
      0,
      -1,
      1.5,
      Number.NaN,
      '',
      'text',
      true,
      [],
      [null],
      {},
      { kind: 'list' },
      { constructor: 1 },
    ]
    // The names here are the user's own.
    const open = /^(features(\.(user|item|context))?|data\.history|model\.wide\.optimizer(\.schedule)?)$/
    for (const path of placesOf(whole)) {
      for (const value of odd) expect(Array.isArray(validateConfig(withValue(whole, path, value)))).toBe(true)
      const here = valueAt(whole, path)
      if (Array.isArray(here) || typeof here !== 'object' || open.test(path.join('.'))) continue
      for (const key of ['unheardOf', 'constructor']) {
        const expected = [...path, key].join('.').replaceAll(/\.(\d+)/g, '[$1]')
        expect(pathsOf(withValue(whole, [...path, key], 1))).toContain(expected)
      }
    }
  })
})

type Path = readonly string[]

function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, part]) => placesOf(part, [...path, key]))]
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], value)

function withValue(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement
  const part = (value as Record<string, unknown>)[key]
  const changed = withValue(part, rest, replacement)
  return Array.isArray(value)
    ? value.map((one: unknown, index) => (String(index) === key ? changed : one))
    : { ...(value as object), [key]: changed }
}
