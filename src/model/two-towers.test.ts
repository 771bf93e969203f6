import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal, randomUniform } from '../base/index.js'
import type { Config } from '../features/index.js'
import { categorical, createEncoder, indicator, list, numeric } from '../features/index.js'
import type { CompiledGraph, TensorData } from '../graph/index.js'
import { createOnnxRuntimeExecutor, writeOnnx } from '../graph/index.js'
import { gradientName, inputNames } from './input-names.js'
import { createTwoTowers, hasTowers, towerDimension, towerTemperature } from './two-towers.js'

// Columns of every shape, so that those of the two towers do not lie side by side.
const config: Config = {
  data: { user: 'user', item: 'item', position: { column: 'place' } },
  features: {
    user: {
      country: indicator(categorical({ values: 3 })),
      liked: list(categorical({ sharedWith: 'item' })),
      age: numeric(),
    },
    item: { item: categorical({ values: 5 }), kind: indicator(categorical({ values: 2 })), price: numeric() },
    context: { hour: categorical({ values: 4 }), place: categorical({ values: 9 }) },
  },
}
const numbers = { json: { mean: 0, deviation: 1, hasMissing: false }, arrays: {} }
const nothing = { json: {}, arrays: {} }
const columns = {
  country: nothing,
  age: numbers,
  item: nothing,
  kind: nothing,
  price: numbers,
  hour: nothing,
  place: nothing,
}
const encoder = createEncoder(config, { columns, crosses: {} })
const towers = createTwoTowers(config, encoder.columns)
const rowCount = 5
const width = towers.layout.deep?.width ?? 0

const cell = (data: Float64Array, shape: readonly number[]): TensorData => ({ data, shape })
const drawn = (key: number, length: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => randomNormal(key, i) / 2)

const negatives = Float64Array.from({ length: rowCount * rowCount }, (_, at) =>
  at % (rowCount + 1) === 0 ? 0 : Number(randomUniform(77, at) < 0.7),
)
const weights = Float64Array.of(1, 2, 1, 0.5, 1)
const offsets = Float64Array.from({ length: rowCount }, (_, row) => -Math.log((1 + randomInteger(5, row, 9)) / 20))

const parameters: Record<string, TensorData> = Object.fromEntries(
  towers.network.parameters.map(({ name, shape }, index) => [
    name,
    cell(
      drawn(
        100 + index,
        shape.reduce((product, size) => product * size, 1),
      ),
      shape,
    ),
  ]),
)
const feeds: Record<string, TensorData> = {
  ...parameters,
  [inputNames.deep]: cell(drawn(1, rowCount * width), [rowCount, width]),
  [inputNames.label]: cell(negatives, [rowCount, rowCount]),
  [inputNames.weight]: cell(weights, [rowCount, 1]),
  [inputNames.offset]: cell(offsets, [rowCount, 1]),
  [inputNames.lossScale]: cell(Float64Array.of(1), []),
  // Masks that drop nothing, so that training and answering are one function.
  ...Object.fromEntries(
    towers.network.dropouts.map((mask) => [
      mask.name,
      cell(new Float64Array(rowCount * mask.width).fill(1), [rowCount, mask.width]),
    ]),
  ),
}
const singles = (data: Readonly<Record<string, TensorData>>): Record<string, TensorData> =>
  Object.fromEntries(Object.entries(data).map(([name, one]) => [name, { ...one, data: Float32Array.from(one.data) }]))
const compile = (model: Uint8Array): Promise<CompiledGraph> => createOnnxRuntimeExecutor().compile(model)

/** Rows of `[user's vector | item's vector]`. */
async function vectorsOf(): Promise<{ user: number[]; item: number[] }[]> {
  const inference = await compile(towers.network.inferenceModel())
  const prediction = towers.network.predictionOf(await inference.run(singles(feeds)))
  await inference.close()
  return Array.from({ length: rowCount }, (_, row) => {
    const own = [...prediction.subarray(row * 2 * towerDimension, (row + 1) * 2 * towerDimension)]
    return { user: own.slice(0, towerDimension), item: own.slice(towerDimension) }
  })
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)

describe('the two towers', () => {
  it('have vectors of length 1', async () => {
    for (const { user, item } of await vectorsOf()) {
      expect(dot(user, user)).toBeCloseTo(1, 5)
      expect(dot(item, item)).toBeCloseTo(1, 5)
    }
  })

  it('lose by the softmax among own item and negatives, each logit less the log of how often its item is drawn', async () => {
    const vectors = await vectorsOf()
    const training = await compile(writeOnnx({ outputs: towers.network.trainingOutputs(), precision: 'float64' }))
    const loss = (await training.run(feeds))['loss']?.data[0]
    await training.close()
    let expected = 0
    for (const [row, { user }] of vectors.entries()) {
      const power = (other: number): number =>
        Math.exp(dot(user, vectors[other]?.item ?? []) / towerTemperature + (offsets[other] ?? 0))
      let others = 0
      for (let other = 0; other < rowCount; other++) others += (negatives[row * rowCount + other] ?? 0) * power(other)
      expected -= (weights[row] ?? 0) * Math.log(power(row) / (power(row) + others))
    }
    expect(loss).toBeCloseTo(expected, 4)
  })

  it('have the gradients of central differences', async () => {
    const training = await compile(writeOnnx({ outputs: towers.network.trainingOutputs(), precision: 'float64' }))
    const exact = await training.run(feeds)
    const lossAt = async (): Promise<number> => (await training.run(feeds))['loss']?.data[0] ?? Number.NaN
    for (const name of [inputNames.deep, ...towers.network.parameters.map((parameter) => parameter.name)]) {
      const values = feeds[name]?.data ?? new Float64Array()
      const gradient = exact[gradientName(name)]?.data ?? []
      const largest = Math.max(...Array.from(gradient, Math.abs))
      expect(gradient.length).toBe(values.length)
      for (let round = 0; round < 12; round++) {
        const at = randomInteger(9, round, values.length)
        const value = values[at] ?? 0
        values[at] = value + 1e-5
        const above = await lossAt()
        values[at] = value - 1e-5
        const slope = (above - (await lossAt())) / 2e-5
        values[at] = value
        expect(Math.abs((gradient[at] ?? Number.NaN) - slope) / largest).toBeLessThan(1e-5)
      }
    }
    await training.close()
  })

  it('answer alone as they do together', async () => {
    const constants = Object.fromEntries(
      Object.entries(singles(parameters)).map(([name, { data }]) => [name, data as Float32Array]),
    )
    const all = feeds[inputNames.deep]?.data ?? []
    const deep = towers.layout.deep
    const vectors = await vectorsOf()
    for (const name of ['user', 'item'] as const) {
      const tower = towers.tower(name)
      const own = tower.layout.deep
      const input = new Float32Array(rowCount * (own?.width ?? 0))
      // Each of its columns, wherever it stands among all.
      for (const kind of ['parts', 'indicators', 'numbers'] as const) {
        for (const part of own?.[kind] ?? []) {
          const from = deep?.[kind].find(({ column }) => column === part.column)?.offset ?? 0
          const size = 'width' in part ? part.width : part.dimension
          for (let row = 0; row < rowCount; row++)
            for (let i = 0; i < size; i++)
              input[row * (own?.width ?? 0) + part.offset + i] = all[row * width + from + i] ?? 0
        }
      }
      const compiled = await compile(tower.model(constants))
      const got = (await compiled.run({ [inputNames.deep]: { data: input, shape: [rowCount, own?.width ?? 0] } }))[
        'vector'
      ]
      await compiled.close()
      const expected = vectors.flatMap((row) => row[name])
      for (const [at, value] of expected.entries()) expect(got?.data[at]).toBeCloseTo(value, 5)
    }
  })

  it('leave the position out, and need columns on both sides', () => {
    const named = (name: 'user' | 'item'): string[] => {
      const { deep } = towers.tower(name).layout
      return [...(deep?.parts ?? []), ...(deep?.indicators ?? []), ...(deep?.numbers ?? [])]
        .map(({ column }) => column)
        .sort()
    }
    expect(named('user')).toEqual(['age', 'country', 'hour', 'liked'])
    expect(named('item')).toEqual(['item', 'kind', 'price'])
    expect(hasTowers({ ...config, features: { user: { country: categorical() } } })).toBe(false)
  })
})
