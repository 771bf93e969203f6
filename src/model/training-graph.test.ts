import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal } from '../base/index.js'
import { categorical, createEncoder, numeric } from '../features/index.js'
import type { Config } from '../features/index.js'
import { createOnnxRuntimeExecutor, writeOnnx } from '../graph/index.js'
import type { Tensor, TensorData } from '../graph/index.js'
import { gradientName, inputNames } from './input-names.js'
import { layoutInputs } from './input-layout.js'
import { resolveModel } from './model-spec.js'
import { createNetwork } from './network.js'

const rowCount = 6
const [embedding, outputs] = [2, 3]

const configOf = (normalization: 'batch' | 'none'): Config => ({
  data: {},
  features: {
    a: categorical({ values: 5 }),
    b: categorical({ values: 5 }),
    c: categorical({ values: 5 }),
    n: numeric(),
  },
  model: { deep: { embedding, hidden: [outputs, 4], normalization, activation: 'tanh' } },
})
const nothing = { json: {}, arrays: {} }
const numbers = { json: { hasMissing: false, mean: 0, deviation: 1 }, arrays: {} }

function open(config: Config) {
  const encoder = createEncoder(config, { columns: { a: nothing, b: nothing, c: nothing, n: numbers }, crosses: {} })
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, encoder.columns)
  return { layout, network: createNetwork(model, layout) }
}

const tensor = (key: number, shape: readonly number[]): TensorData => ({
  data: Float64Array.from({ length: shape.reduce((size, one) => size * one, 1) }, (_, i) => randomNormal(key, i)),
  shape,
})

/** Columns of a matrix. */
const columnsOf = ({ data, shape: [rows = 0, width = 0] }: TensorData, columns: readonly number[]): TensorData => ({
  data: Float64Array.from(
    { length: rows * columns.length },
    (_, i) => data[Math.floor(i / columns.length) * width + (columns[i % columns.length] ?? 0)] ?? NaN,
  ),
  shape: [rows, columns.length],
})

const rowsOf = ({ data, shape: [, width = 0] }: TensorData, rows: readonly number[]): TensorData => ({
  data: Float64Array.from(rows.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)])),
  shape: [rows.length, width],
})

async function run(graph: Readonly<Record<string, Tensor>>, feeds: Readonly<Record<string, TensorData>>) {
  const compiled = await createOnnxRuntimeExecutor().compile(writeOnnx({ outputs: graph, precision: 'float64' }))
  const results = await compiled.run(feeds)
  await compiled.close()
  return results
}

const expectClose = (actual: TensorData | undefined, expected: TensorData | undefined): void => {
  expect(actual?.data.length).toBe(expected?.data.length)
  for (const [i, value] of (actual?.data ?? []).entries())
    expect(Math.abs(value - (expected?.data[i] ?? NaN))).toBeLessThan(1e-9)
}

describe('a network without a column of the deep input', () => {
  it.each([
    ['none', 'deep/0/bias'],
    ['batch', null],
  ] as const)('has the loss and the gradients of the whole, normalised by %s', async (normalization, biasName) => {
    const { layout, network } = open(configOf(normalization))
    const apart = network.apart(new Set(['b']))
    expect(apart?.layer).toEqual({ weights: 'deep/0/weights', bias: biasName, outputs })
    expect(apart?.layout.deep?.parts.map(({ column }) => column)).toEqual(['a', 'c'])
    const feeds: Record<string, TensorData> = {
      [inputNames.deep]: tensor(1, [rowCount, layout.deep?.width ?? 0]),
      [inputNames.wide]: tensor(2, [rowCount, 1]),
      [inputNames.wideNumbers]: tensor(6, [rowCount, layout.wide?.numberWidth ?? 0]),
      [inputNames.label]: {
        data: Float64Array.from({ length: rowCount }, (_, row) => randomInteger(3, row, 2)),
        shape: [rowCount, 1],
      },
      [inputNames.weight]: tensor(4, [rowCount, 1]),
      [inputNames.offset]: tensor(5, [rowCount, 1]),
      [inputNames.lossScale]: { data: Float64Array.of(0.5), shape: [] },
      ...Object.fromEntries(network.parameters.map(({ name, shape }, index) => [name, tensor(10 + index, shape)])),
    }
    const [x, w] = [inputNames.deep, 'deep/0/weights'].map((name) => feeds[name] ?? tensor(0, []))
    const bias = biasName === null ? undefined : feeds[biasName]
    const width = layout.deep?.width ?? 0
    const own = [embedding, embedding + 1]
    const others = Array.from({ length: width }, (_, i) => i).filter((i) => !own.includes(i))
    const rows = tensor(0, [rowCount, outputs])
    for (let i = 0; i < rows.data.length; i++) {
      const [row, column] = [Math.floor(i / outputs), i % outputs]
      const summands = own.map((k) => (x?.data[row * width + k] ?? NaN) * (w?.data[k * outputs + column] ?? NaN))
      rows.data[i] = summands.reduce((sum, one) => sum + one, bias?.data[column] ?? 0)
    }
    const whole = await run(network.trainingOutputs(), feeds)
    const outputsApart = await run(apart?.outputs() ?? {}, {
      ...feeds,
      [inputNames.deep]: columnsOf(x ?? rows, others),
      'deep/0/weights': rowsOf(w ?? rows, others),
      [inputNames.firstLayer]: rows,
    })
    const { [gradientName(inputNames.firstLayer)]: gradient, ...same } = outputsApart
    const expected: Record<string, TensorData> = {
      ...whole,
      [gradientName(inputNames.deep)]: columnsOf(whole[gradientName(inputNames.deep)] ?? rows, others),
      [gradientName('deep/0/weights')]: rowsOf(whole[gradientName('deep/0/weights')] ?? rows, others),
    }
    expect(Object.keys(same).sort()).toEqual(Object.keys(expected).sort())
    for (const [name, value] of Object.entries(same)) expectClose(value, expected[name])
    // dW of the column is xᵀ times this gradient.
    const ofWeights = own.flatMap((k) =>
      Array.from({ length: outputs }, (_, column) =>
        Array.from(
          { length: rowCount },
          (__, row) => (x?.data[row * width + k] ?? NaN) * (gradient?.data[row * outputs + column] ?? NaN),
        ).reduce((sum, one) => sum + one, 0),
      ),
    )
    expectClose(
      { data: Float64Array.from(ofWeights), shape: [] },
      rowsOf(whole[gradientName('deep/0/weights')] ?? rows, own),
    )
  })
})
