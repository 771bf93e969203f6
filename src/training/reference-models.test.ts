/** Whole training steps against PyTorch: the golden files are written by reference/models.py, which shares no code with us. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Config, EncodedBatch } from '../features/index.js'
import { categorical, createEncoder, cross, numeric } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import type { ModelState } from './index.js'
import { createModelState, createStepProfile, createTrainingStep, resolveTraining } from './index.js'

interface Golden {
  readonly architecture: string
  readonly embedding: number
  readonly hidden: readonly number[]
  readonly wide: Readonly<Record<string, number>>
  readonly deep: Readonly<Record<string, number>>
  readonly batches: readonly Readonly<Record<'user' | 'item' | 'pair' | 'price' | 'label', readonly number[]>>[]
  readonly initial: Readonly<Record<string, readonly number[]>>
  readonly losses: readonly number[]
  readonly final: Readonly<Record<string, readonly number[]>>
  readonly scores: readonly number[]
}

/** What `docs/architectures.md` promises. */
const tolerance = 1e-4

const architectures: Readonly<Record<string, NonNullable<Config['model']>['architecture'] & object>> = {
  'wide-deep': { name: 'wide-deep' },
  deepfm: { name: 'deepfm' },
  'dcn-v2': { name: 'dcn-v2', layers: 2 },
}

function configOf(golden: Golden): Config {
  return {
    data: {},
    // Two ids of each column are those of missing and unknown values.
    features: { user: categorical({ values: 6 }), item: categorical({ values: 5 }), price: numeric() },
    model: {
      architecture: architectures[golden.architecture] ?? golden.architecture,
      wide: {
        crosses: [cross('user', 'item', { hashBuckets: 20 })],
        optimizer: { name: 'ftrl', ...golden.wide },
      },
      deep: {
        embedding: golden.embedding,
        hidden: golden.hidden,
        normalization: golden.architecture === 'wide-deep' ? 'batch' : 'none',
        optimizer: { name: 'adagrad', ...golden.deep },
      },
    },
    training: { threads: 1, lossReduction: 'sum' },
  }
}

function partsOf(golden: Golden) {
  const config = configOf(golden)
  const nothing = { json: {}, arrays: {} }
  const price = { json: { hasMissing: false, mean: 0, deviation: 1 }, arrays: {} }
  const encoder = createEncoder(config, { columns: { user: nothing, item: nothing, price }, crosses: {} })
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, encoder.columns)
  return { model, layout, network: createNetwork(model, layout), spec: resolveTraining(config, model, () => true) }
}

function batchOf({ user, item, pair, price, label }: Golden['batches'][number]): EncodedBatch & { firstRow: number } {
  const ids = (values: readonly number[]) => ({ ids: Int32Array.from(values), offsets: null, weights: null })
  return {
    rowCount: label.length,
    firstRow: 0,
    ids: { user: ids(user), item: ids(item), user_x_item: ids(pair) },
    numbers: { price: Float32Array.from(price) },
    labels: Float32Array.from(label),
    weights: new Float32Array(label.length).fill(1),
  }
}

function writeWeights(state: ModelState, weights: Golden['initial']): void {
  for (const [name, values] of Object.entries(weights)) {
    const table = state.tables.get(name)
    if (table) table.writeWeights(0, Float32Array.from(values))
    else state.dense.weights(name).set(values)
  }
}

/** The largest deviation as a share of the largest expected value. */
function deviation(values: ArrayLike<number>, expected: readonly number[]): number {
  expect(values).toHaveLength(expected.length)
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - (values[index] ?? NaN))), 0)
  return worst === 0 ? 0 : worst / largest
}

describe('twenty training steps agree with PyTorch', () => {
  for (const name of Object.keys(architectures)) {
    it(`${name}: every loss, every weight, the scores`, async () => {
      const golden = JSON.parse(readFileSync(`test/golden/models/${name}.json`, 'utf8')) as Golden
      const parts = partsOf(golden)
      const [first] = golden.batches
      if (!first) throw new Error('no batches')
      const state = createModelState(parts)
      const names = [...state.tables.keys(), ...parts.network.parameters.map((parameter) => parameter.name)]
      expect(names.sort()).toEqual(Object.keys(golden.initial).sort())
      writeWeights(state, golden.initial)
      const step = await createTrainingStep(
        parts,
        state,
        createStepProfile(() => 0),
      )
      const losses: number[] = []
      for (const [index, batch] of golden.batches.entries())
        losses.push(await step.run(batchOf(batch), { epoch: 0, step: index, stepCount: 20, learningRateScale: 1 }))
      for (const [index, loss] of golden.losses.entries())
        expect(Math.abs((losses[index] ?? NaN) / loss - 1), `loss of step ${String(index)}`).toBeLessThan(tolerance)
      for (const [weight, expected] of Object.entries(golden.final)) {
        const table = state.tables.get(weight)
        const values = table ? table.readWeights(0, table.rowCount) : state.dense.weights(weight)
        expect(deviation(values, expected), weight).toBeLessThan(tolerance)
        // Nothing that learns stayed where it was, so that agreement means something.
        expect(expected, weight).not.toEqual(golden.initial[weight])
      }
      const scores = await step.predict(batchOf(first))
      expect(deviation(scores, golden.scores)).toBeLessThan(tolerance)
      await step.close()
    })
  }
})
