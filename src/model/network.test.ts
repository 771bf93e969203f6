import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal, randomUniform } from '../base/index.js'
import { bucketized, categorical, createEncoder, cross, indicator, list, numeric } from '../features/index.js'
import type { Config, EncodedFeatures } from '../features/index.js'
import { createOnnxRuntimeExecutor, writeOnnx } from '../graph/index.js'
import type { CompiledGraph, TensorData } from '../graph/index.js'
import { createShardedLookup, createShardedTable, createTableMemories, resolveOptimizer } from '../tables/index.js'
import { layoutInputs } from './input-layout.js'
import type { InputLayout } from './input-layout.js'
import { resolveModel } from './model-spec.js'
import { gradientName, inputNames } from './input-names.js'
import { createNetwork } from './network.js'

const rowCount = 7

const config: Config = {
  data: {},
  features: {
    user: categorical({ values: 6 }),
    likes: list(categorical({ sharedWith: 'item' }), { combiner: 'sqrtn', weights: 'like_weights' }),
    tags: list(categorical({ values: 4 }), { weights: 'tag_weights' }),
    item: categorical({ values: 5 }),
    level: indicator(bucketized({ boundaries: [0.3, 0.6] })),
    price: numeric(),
  },
  model: {
    wide: [cross('user', 'item', { hashBuckets: 20 }), cross('likes', 'item', { hashBuckets: 30 })],
    deep: { embedding: 3, hidden: [5, 4], normalization: 'batch', dropout: 0.3, activation: 'tanh' },
  },
}

const nothing = { json: {}, arrays: {} }
const encoder = createEncoder(config, {
  columns: {
    user: nothing,
    item: nothing,
    tags: nothing,
    level: nothing,
    price: { json: { hasMissing: true, mean: 0, deviation: 1 }, arrays: {} },
  },
  crosses: {},
})
const batch = encoder.encode(
  Array.from({ length: rowCount }, (_, row) => ({
    user: randomInteger(1, row, 6),
    item: randomInteger(2, row, 5),
    likes: Array.from({ length: row % 4 }, (__, i) => randomInteger(3 + row, i, 5)),
    like_weights: Array.from({ length: row % 4 }, (__, i) => 0.2 + randomUniform(30 + row, i)),
    // One of them is missing, one of them weighs nothing.
    tags: [row % 4, 2, 1],
    tag_weights: row === 5 ? null : [row / 3, 0.5, 2],
    level: randomUniform(4, row),
    price: row === 3 ? null : randomNormal(5, row),
  })),
)
const model = resolveModel(config)
const layout = layoutInputs(model, config, encoder.columns)
const network = createNetwork(model, layout)

/** Table weights in float64, by table: what a lookup written as its definition reads. */
type Weights = Map<string, Float64Array>

function freshWeights(): Weights {
  return new Map(
    layout.tables.map(({ name, rowCount: rows, dimension }, index) => [
      name,
      Float64Array.from({ length: rows * dimension }, (_, i) => randomNormal(50 + index, i) / 2),
    ]),
  )
}

/** Calls `visit` for each (row, table row, coefficient, offset) of a lookup. */
function eachId(
  parts: NonNullable<InputLayout['deep']>['parts'] | NonNullable<InputLayout['wide']>['parts'],
  features: EncodedFeatures,
  visit: (use: { table: string; id: number; row: number; offset: number; coefficient: number }) => void,
): void {
  for (const { table, column, offset, combiner } of parts) {
    const { ids, offsets, weights } = features.ids[column] ?? { ids: new Int32Array(0), offsets: null, weights: null }
    const weightOf = (i: number): number => weights?.[i] ?? 1
    for (let row = 0; row < features.rowCount; row++) {
      const [start = row, end = row + 1] = offsets ? [offsets[row] ?? 0, offsets[row + 1] ?? 0] : [row, row + 1]
      const own = Array.from({ length: end - start }, (_, i) => weightOf(start + i))
      const sum = own.reduce((total, weight) => total + weight, 0)
      const squares = own.reduce((total, weight) => total + weight * weight, 0)
      const norm = combiner === 'sqrtn' ? Math.sqrt(squares) : combiner === 'mean' ? sum : 1
      for (let i = start; i < end; i++) visit({ table, id: ids[i] ?? 0, row, offset, coefficient: weightOf(i) / norm })
    }
  }
}

const dimensionOf = (table: string): number => layout.tables.find(({ name }) => name === table)?.dimension ?? 0

function gathered(weights: Weights): Record<string, { data: Float64Array; shape: number[] }> {
  const width = layout.deep?.width ?? 0
  const wide = new Float64Array(rowCount)
  const deep = new Float64Array(rowCount * width)
  eachId(layout.wide?.parts ?? [], batch, ({ table, id, row, coefficient }) => {
    wide[row] = (wide[row] ?? 0) + coefficient * (weights.get(table)?.[id] ?? 0)
  })
  eachId(layout.deep?.parts ?? [], batch, ({ table, id, row, offset, coefficient }) => {
    const dimension = dimensionOf(table)
    for (let k = 0; k < dimension; k++) {
      const at = row * width + offset + k
      deep[at] = (deep[at] ?? 0) + coefficient * (weights.get(table)?.[id * dimension + k] ?? 0)
    }
  })
  for (const { column, offset, width: own } of layout.deep?.numbers ?? []) {
    for (let i = 0; i < rowCount * own; i++)
      deep[Math.floor(i / own) * width + offset + (i % own)] = batch.numbers[column]?.[i] ?? 0
  }
  for (const { column, offset } of layout.deep?.indicators ?? []) {
    for (let row = 0; row < rowCount; row++) deep[row * width + offset + (batch.ids[column]?.ids[row] ?? 0)] = 1
  }
  return {
    [inputNames.wide]: { data: wide, shape: [rowCount, 1] },
    [inputNames.deep]: { data: deep, shape: [rowCount, width] },
  }
}

function feedsFor(weights: Weights): Record<string, { data: Float64Array; shape: number[] }> {
  const feeds = gathered(weights)
  const numberWidth = layout.wide?.numberWidth ?? 0
  feeds[inputNames.wideNumbers] = {
    data: Float64Array.from(batch.numbers['price'] ?? []),
    shape: [rowCount, numberWidth],
  }
  feeds[inputNames.label] = { data: Float64Array.from({ length: rowCount }, (_, i) => i % 2), shape: [rowCount, 1] }
  feeds[inputNames.offset] = {
    data: Float64Array.from({ length: rowCount }, (_, row) => randomNormal(61, row) / 3),
    shape: [rowCount, 1],
  }
  feeds[inputNames.weight] = {
    data: Float64Array.from({ length: rowCount }, (_, i) => 0.5 + (i % 3)),
    shape: [rowCount, 1],
  }
  feeds[inputNames.lossScale] = { data: Float64Array.of(1), shape: [] }
  for (const { name, width, rate } of network.dropouts) {
    feeds[name] = {
      data: Float64Array.from({ length: rowCount * width }, (_, i) =>
        randomUniform(9, i) < rate ? 0 : 1 / (1 - rate),
      ),
      shape: [rowCount, width],
    }
  }
  for (const [index, { name, shape }] of network.parameters.entries()) {
    feeds[name] = {
      data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => randomNormal(70 + index, i) / 2),
      shape: [...shape],
    }
  }
  return feeds
}

const single = (feeds: Readonly<Record<string, TensorData>>): Record<string, TensorData> =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => [name, { data: Float32Array.from(data), shape }]),
  )

function expectClose(values: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const largest = Math.max(...Array.from(expected, Math.abs))
  expect(values).toHaveLength(expected.length)
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs((values[i] ?? NaN) - (expected[i] ?? 0))).toBeLessThan(tolerance * (largest || 1))
}

/** Moves each value a little up and down and divides the difference of the losses. */
async function centralDifferences(values: Float64Array, loss: () => Promise<number>): Promise<Float64Array> {
  const step = 1e-5
  const result = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    values[i] = value + step
    const above = await loss()
    values[i] = value - step
    result[i] = (above - (await loss())) / (2 * step)
    values[i] = value
  }
  return result
}

async function compiled(precision: 'float32' | 'float64'): Promise<CompiledGraph> {
  return createOnnxRuntimeExecutor().compile(writeOnnx({ outputs: network.trainingOutputs(), precision }))
}

describe('the gradients of the whole model', () => {
  it('are those of central differences in float64 for every parameter, and of float64 in float32', async () => {
    const [double, float] = [await compiled('float64'), await compiled('float32')]
    const feeds = feedsFor(freshWeights())
    const exact = await double.run(feeds)
    const rounded = await float.run(single(feeds))
    for (const { name } of network.parameters) {
      const values = feeds[name]?.data ?? new Float64Array(0)
      const gradient = exact[gradientName(name)]?.data ?? []
      const numeric = await centralDifferences(values, async () => (await double.run(feeds))['loss']?.data[0] ?? NaN)
      // A bias before batch normalisation has no effect: its gradient is zero up to rounding.
      const isDead = Math.max(...Array.from(numeric, Math.abs)) < 1e-7
      if (isDead) continue
      expectClose(gradient, numeric, 1e-6)
      expectClose(rounded[gradientName(name)]?.data ?? [], gradient, 1e-4)
    }
    await Promise.all([double.close(), float.close()])
  })

  it('are those of central differences for every row of every table, through gather, combiners and sharing', async () => {
    const [double, float] = [await compiled('float64'), await compiled('float32')]
    const weights = freshWeights()
    const feeds = feedsFor(weights)
    const kernels = await kernelGradients(weights, await float.run(single(feeds)))
    for (const { name } of layout.tables) {
      const values = weights.get(name) ?? new Float64Array(0)
      const numeric = await centralDifferences(values, async () => {
        return (await double.run({ ...feeds, ...gathered(weights) }))['loss']?.data[0] ?? NaN
      })
      expectClose(tableGradients(weights, await double.run(feeds)).get(name) ?? [], numeric, 1e-6)
      expectClose(kernels.get(name) ?? [], numeric, 1e-4)
    }
    await Promise.all([double.close(), float.close()])
  })
})

/** The chain rule by its definition: the gradient of an input goes to each row that made it. */
function tableGradients(weights: Weights, outputs: Readonly<Record<string, TensorData>>): Weights {
  const sums: Weights = new Map([...weights].map(([name, values]) => [name, new Float64Array(values.length)]))
  const spread =
    (input: string, width: number) =>
    ({
      table,
      id,
      row,
      offset,
      coefficient,
    }: {
      table: string
      id: number
      row: number
      offset: number
      coefficient: number
    }): void => {
      const gradient = outputs[gradientName(input)]?.data ?? []
      const own = sums.get(table) ?? new Float64Array(0)
      const dimension = dimensionOf(table)
      for (let k = 0; k < dimension; k++)
        own[id * dimension + k] =
          (own[id * dimension + k] ?? 0) + coefficient * (gradient[row * width + offset + k] ?? 0)
    }
  eachId(layout.wide?.parts ?? [], batch, spread(inputNames.wide, 1))
  eachId(layout.deep?.parts ?? [], batch, spread(inputNames.deep, layout.deep?.width ?? 0))
  return sums
}

/** What the kernels do: one step of plain gradient descent with rate 1 moves each weight by its gradient. */
async function kernelGradients(
  weights: Weights,
  outputs: Readonly<Record<string, TensorData>>,
): Promise<Map<string, Float32Array>> {
  const memories = createTableMemories()
  const optimizer = resolveOptimizer({ name: 'sgd', learningRate: 1 })
  const tables = new Map(
    layout.tables.map(({ name, rowCount: rows, dimension }) => {
      const table = createShardedTable(memories, { name, rowCount: rows, dimension, optimizer })
      table.writeWeights(0, Float32Array.from(weights.get(name) ?? []))
      return [name, table] as const
    }),
  )
  for (const [input, width, parts] of [
    [inputNames.wide, 1, layout.wide?.parts ?? []],
    [inputNames.deep, layout.deep?.width ?? 0, layout.deep?.parts ?? []],
  ] as const) {
    const bound = parts.flatMap(({ table, column, offset, combiner }) => {
      const found = tables.get(table)
      return found ? [{ table: found, column, offset, combiner }] : []
    })
    const lookup = createShardedLookup(memories.home, { width, parts: bound })
    lookup.forward(batch)
    lookup.gradient().set(outputs[gradientName(input)]?.data ?? [])
    lookup.update({ learningRateScale: 1, stepNumber: 1 })
  }
  return Promise.resolve(
    new Map(
      [...tables].map(([name, table]) => {
        const after = table.readWeights(0, table.rowCount)
        return [name, Float32Array.from(after, (value, i) => Math.fround(weights.get(name)?.[i] ?? 0) - value)]
      }),
    ),
  )
}
