import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomNormal, randomUniform } from '../base/index.js'
import { categorical, createEncoder, cross, embedding, indicator, list, numeric } from '../features/index.js'
import type { Config, EncodedFeatures, RawValue } from '../features/index.js'
import { createOnnxRuntimeExecutor, writeOnnx } from '../graph/index.js'
import type { Boundary, TensorData } from '../graph/index.js'
import { createShardedTable, createTableMemories } from '../tables/index.js'
import { architectures } from './architectures/index.js'
import { layoutInputs } from './input-layout.js'
import { createInputStage } from './input-stage.js'
import { resolveModel } from './model-spec.js'
import { createNetwork } from './network.js'
import { columnSides, splitLayout } from './split-layout.js'

type Model = NonNullable<Config['model']>
type Deep = Exclude<Model['deep'], false>
const itemCount = 6

function configOf(architecture: Model['architecture'], deep: Deep = {}, head: Model['head'] = 'binary'): Config {
  return {
    data: {},
    features: {
      user: {
        user: categorical({ values: 6 }),
        likes: list(categorical({ sharedWith: 'item' })),
        history: list(categorical({ values: 9 }), { weights: 'history_weights' }),
        age: numeric(),
      },
      item: {
        item: categorical({ values: 5 }),
        tags: list(categorical({ values: 4 }), { combiner: 'sqrtn' }),
        colour: indicator(categorical({ values: 3 })),
        price: numeric(),
        brand: embedding(categorical({ values: 4 }), { dimension: 2 }),
      },
      context: { hour: categorical({ values: 4 }), place: indicator(categorical({ values: 2 })) },
    },
    model: {
      ...(architecture === undefined ? {} : { architecture }),
      head,
      wide: [
        cross('user', 'item', { hashBuckets: 20 }),
        cross('likes', 'tags', { hashBuckets: 30 }),
        cross('item', 'colour', { hashBuckets: 10 }),
        cross('user', 'hour', { hashBuckets: 10 }),
      ],
      deep: { embedding: 3, hidden: [5, 4], ...deep },
    },
  }
}

const nothing = { json: {}, arrays: {} }
const number = { json: { hasMissing: true, mean: 0, deviation: 1 }, arrays: {} }
const state = {
  columns: {
    ...Object.fromEntries(
      ['user', 'history', 'item', 'tags', 'colour', 'brand', 'hour', 'place'].map((name) => [name, nothing]),
    ),
    age: number,
    price: number,
  },
  crosses: {},
  labels: ['1', '2', '3'],
}

const draws = (key: number, count: number, below: number): number[] =>
  Array.from({ length: count }, (_, i) => randomInteger(key, i, below))
const requestRow = (seed: number): Record<string, RawValue> => ({
  user: randomInteger(seed, 1, 6),
  likes: draws(seed + 1, seed % 5, 5),
  history: draws(seed + 2, 3, 9),
  history_weights: [0.5, 2, randomUniform(seed, 3)],
  age: seed % 3 === 0 ? null : randomNormal(seed, 4),
  hour: randomInteger(seed, 5, 4),
  place: randomInteger(seed, 6, 2),
})
const itemRow = (index: number): Record<string, RawValue> => ({
  item: randomInteger(90, index, 5),
  tags: draws(91 + index, index % 4, 4),
  colour: randomInteger(92, index, 3),
  price: index === 2 ? null : randomNormal(93, index),
  brand: randomInteger(94, index, 4),
})
const items = Array.from({ length: itemCount }, (_, index) => itemRow(index))

/** A network with random weights, plain and in three. */
function build(config: Config, seed: number) {
  const encoder = createEncoder(config, state)
  const model = resolveModel(config, state.labels)
  const layout = layoutInputs(model, config, encoder.columns)
  const memories = createTableMemories()
  const tables = new Map(
    layout.tables.map(({ name, rowCount, dimension }) => {
      const table = createShardedTable(memories, { name, rowCount, dimension, optimizer: null })
      table.initialize({ key: randomKey(seed, name), standardDeviation: 1, distribution: 'normal' })
      return [name, table] as const
    }),
  )
  const network = createNetwork(model, layout)
  const random = (name: string, length: number, f = (x: number) => x / 2): Float32Array =>
    Float32Array.from({ length }, (_, i) => f(randomNormal(randomKey(seed, name), i)))
  const constants = Object.fromEntries([
    ...network.parameters.map(
      ({ name, shape }) =>
        [
          name,
          random(
            name,
            shape.reduce((a, b) => a * b, 1),
          ),
        ] as const,
    ),
    ...network.norms.flatMap(({ name, width }) => [
      [`${name}/mean`, random(`${name}/mean`, width)] as const,
      [`${name}/variance`, random(`${name}/variance`, width, (x) => 0.5 + x * x)] as const,
    ]),
  ])
  const sides = columnSides(config)
  const { layouts, inputs } = splitLayout(layout, (column) => sides.get(column) ?? 'request')
  const stage = (own: typeof layout, features: EncodedFeatures): Record<string, TensorData> =>
    createInputStage(memories.home, own, tables).forward(features)
  return { encoder, layout, layouts, network, constants, stage, partition: network.partition(inputs) }
}

async function run(model: Uint8Array, feeds: Record<string, TensorData>): Promise<Record<string, TensorData>> {
  const compiled = await createOnnxRuntimeExecutor().compile(model)
  const outputs = await compiled.run(feeds)
  await compiled.close()
  return outputs
}

const repeated = ({ data }: TensorData, count: number): Float32Array =>
  Float32Array.from({ length: data.length * count }, (_, i) => data[i % data.length] ?? NaN)

function fed(boundary: Boundary, value: TensorData): TensorData {
  const [first, ...rest] = boundary.shape.map(Number)
  const data = boundary.side === 'item' || first === 1 ? Float32Array.from(value.data) : repeated(value, itemCount)
  return { data, shape: [data.length / rest.reduce((a, b) => a * b, 1), ...rest] }
}

async function compare(
  { encoder, layout, layouts, network, constants, stage, partition }: ReturnType<typeof build>,
  row: Record<string, RawValue>,
) {
  const all = encoder.encode(items.map((item) => ({ ...row, ...item })))
  const expected = await run(network.inferenceModel(constants), stage(layout, all))
  const write = (outputs: typeof partition.pair): Uint8Array => writeOnnx({ outputs, precision: 'float32', constants })
  const own = {
    item: await run(write(partition.item), stage(layouts.item, encoder.encode(items))),
    request: await run(write(partition.request), stage(layouts.request, encoder.encode([row]))),
  }
  const feeds = partition.boundaries.map((boundary) => {
    const value = own[boundary.side][boundary.name]
    if (!value) throw new Error(`no ${boundary.name}`)
    expect(value.data.length, boundary.name).toBe(boundary.width * (boundary.side === 'item' ? itemCount : 1))
    return [boundary.name, fed(boundary, value)] as const
  })
  const got = await run(write(partition.pair), { ...stage(layouts.pair, all), ...Object.fromEntries(feeds) })
  expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort())
  for (const [name, { data, shape }] of Object.entries(expected)) {
    expect(got[name]?.shape, name).toEqual(shape)
    const scale = Math.max(1, ...Array.from(data, Math.abs))
    for (const [i, value] of [...data].entries())
      expect(Math.abs((got[name]?.data[i] ?? NaN) - value) / scale, name).toBeLessThan(1e-5)
  }
  expect(new Set(expected['logit']?.data).size).toBeGreaterThan(2)
}

const small: Readonly<Record<string, object>> = {
  finalmlp: { secondHidden: [4], heads: 2 },
  xdeepfm: { interactions: [3, 2] },
  autoint: { heads: 2, size: 2 },
  din: { length: 3, attention: [4] },
  'dcn-v2': { rank: 2, structure: 'stacked' },
}

describe('the graphs of items, requests and pairs', () => {
  for (const { name } of architectures) {
    it(`are the function of one graph for ${name}`, async () => {
      for (const [seed, options] of [{}, small[name] ?? {}].entries())
        await compare(build(configOf({ name, ...options }), seed), requestRow(20 + seed))
    })
  }

  it('are so with every normalisation, activation and head', async () => {
    for (const normalization of ['batch', 'layer'] as const)
      for (const activation of ['dice', 'prelu', 'gelu', 'linear'] as const)
        await compare(build(configOf('wide-deep', { normalization, activation }), 3), requestRow(31))
    for (const head of ['regression', 'multiclass'] as const)
      await compare(build(configOf('wide-deep', {}, head), 5), requestRow(32))
    await compare(build({ ...configOf('wide-deep'), model: { deep: false } }, 6), requestRow(33))
    await compare(build({ ...configOf('wide-deep'), model: { wide: false } }, 7), requestRow(34))
  })
})

describe('the work that is left for a pair', () => {
  it('is 2.87 times less for the network of the paper', () => {
    const features = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`${prefix}${String(i)}`, categorical({ values: 4 })]))
    const numbers = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`${prefix}n${String(i)}`, numeric()]))
    const config: Config = {
      data: {},
      features: { user: { ...features('u'), ...numbers('u') }, item: { ...features('i'), ...numbers('i') } },
      model: { wide: [cross('u0', 'i0', { hashBuckets: 9 })], deep: { embedding: 32, hidden: [1024, 512, 256] } },
    }
    const columns = Object.fromEntries(
      Object.entries({ ...features('u'), ...features('i') }).map(([name]) => [name, nothing] as const),
    )
    const plain = { json: { hasMissing: false, mean: 0, deviation: 1 }, arrays: {} }
    const states = Object.fromEntries(Object.keys({ ...numbers('u'), ...numbers('i') }).map((name) => [name, plain]))
    const encoder = createEncoder(config, { columns: { ...columns, ...states }, crosses: {} })
    const model = resolveModel(config)
    const layout = layoutInputs(model, config, encoder.columns)
    expect(layout.deep?.width).toBe(1200)
    const sides = columnSides(config)
    const { inputs } = splitLayout(layout, (column) => sides.get(column) ?? 'request')
    const { multiplications, boundaries } = createNetwork(model, layout).partition(inputs)
    const numbersAndTower = 48 + 1200 * 1024 + 1024 * 512 + 512 * 256 + 256
    expect(multiplications).toEqual({
      plain: numbersAndTower,
      item: 24 + 600 * 1024,
      request: 24 + 600 * 1024,
      pair: 1024 * 512 + 512 * 256 + 256,
    })
    expect(multiplications.plain / multiplications.pair).toBeCloseTo(2.874, 3)
    expect(boundaries.map(({ side, width }) => `${side} ${String(width)}`).sort()).toEqual([
      'item 1',
      'item 1024',
      'request 1',
      'request 1024',
    ])
  })
})
