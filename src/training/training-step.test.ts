import { describe, expect, it } from 'vitest'
import { categorical, createEncoder, embedding } from '../features/index.js'
import type { Config, ModelDeclaration } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import { createModelState } from './model-state.js'
import type { ModelState } from './model-state.js'
import { clipFactor } from './step-part.js'
import { createStepProfile } from './step-profile.js'
import { resolveTraining } from './training-spec.js'
import { createTrainingStep } from './training-step.js'

/** Steps of one model over single rows of the feature `a` (ids 2 and 3), each with the label 1 of a regression. */
async function trained(
  model: ModelDeclaration,
  values: readonly number[],
  training: Config['training'] = {},
): Promise<ModelState> {
  const config: Config = {
    data: {},
    features: { a: categorical({ values: 2 }) },
    model: { head: 'regression', ...model },
    training: { threads: 1, ...training },
  }
  const encoder = createEncoder(config, { columns: { a: { json: {}, arrays: {} } }, crosses: {} })
  const resolved = resolveModel(config)
  const layout = layoutInputs(resolved, config, encoder.columns)
  const spec = resolveTraining(config, resolved, () => true)
  const parts = { model: resolved, layout, network: createNetwork(resolved, layout), spec }
  const state = createModelState(parts)
  const profile = createStepProfile(() => 0)
  const step = await createTrainingStep(parts, state, profile)
  for (const [index, a] of values.entries()) {
    const batch = { ...encoder.encode([{ a }]), labels: Float32Array.of(1), weights: Float32Array.of(1), firstRow: 0 }
    await step.run(batch, { epoch: 0, step: index, stepCount: values.length, learningRateScale: 1 })
  }
  await step.close()
  return state
}

const wideWeights = (state: ModelState): number[] => [...(state.tables.get('wide/a')?.readWeights(2, 2) ?? [])]

describe('the penalty of the wide weights', () => {
  const wide = { optimizer: { name: 'sgd', learningRate: 0.1 }, l2: 0.5 }

  // Step 1 at a = 0: z = 0, gradient 2(0 − 1) = −2, so w₀ = bias = 0.2.
  // Step 2 at a = 1: z = 0.2, gradient −1.6, so w₁ = 0.16 and bias = 0.36, which has no penalty.
  it('moves the weights of the batch only, unless it is told to move all', async () => {
    const state = await trained({ wide, deep: false }, [0, 1])
    expect(wideWeights(state)).toEqual([expect.closeTo(0.2, 6), expect.closeTo(0.16, 6)])
    expect(state.dense.weights('bias')[0]).toBeCloseTo(0.36, 6)
  })

  it('moves every weight at every step with everyStep', async () => {
    const state = await trained({ wide: { ...wide, regularization: 'everyStep' }, deep: false }, [0, 1])
    // w₀ = 0.2 − 0.1·0.5·0.2 although step 2 did not meet it.
    expect(wideWeights(state)).toEqual([expect.closeTo(0.19, 6), expect.closeTo(0.16, 6)])
  })

  it('is chosen for each part by itself', async () => {
    const deep = { embedding: 1, hidden: [], embeddingL2: 0.5, optimizer: { name: 'sgd', learningRate: 0.1 } }
    const rows = async (model: ModelDeclaration): Promise<Float32Array | undefined> =>
      (await trained(model, [0])).tables.get('embedding/a')?.readWeights(3, 1)
    const still = await rows({ wide: { ...wide, regularization: 'everyStep' }, deep })
    const moved = await rows({ wide, deep: { ...deep, regularization: 'everyStep' } })
    expect(moved?.[0]).toBeCloseTo((1 - 0.1 * 0.5) * (still?.[0] ?? 0), 7)
  })
})

describe('the optimizer of each part', () => {
  const sgd = { name: 'sgd', learningRate: 0.1 }
  const biasOf = (state: ModelState): number => state.dense.weights('bias')[0] ?? NaN
  const embedding = (state: ModelState): number => state.tables.get('embedding/a')?.readWeights(2, 1)[0] ?? NaN

  it('has a learning rate of its own', async () => {
    const deep = (learningRate: number): NonNullable<ModelDeclaration['deep']> => ({
      embedding: 1,
      embeddingDeviation: 1,
      hidden: [],
      optimizer: { name: 'sgd', learningRate },
    })
    const moved = async (wideRate: number, deepRate: number): Promise<ModelState> =>
      trained({ wide: { optimizer: { name: 'sgd', learningRate: wideRate } }, deep: deep(deepRate) }, [0])
    const [still, both, wide] = [await moved(0, 0), await moved(0.1, 0.1), await moved(0.1, 0)]
    expect(wideWeights(still)[0]).toBe(0)
    expect(wideWeights(wide)[0]).toBeCloseTo(wideWeights(both)[0] ?? NaN, 7)
    expect(wideWeights(wide)[0]).not.toBe(0)
    expect(embedding(wide)).toBe(embedding(still))
    expect(embedding(both)).not.toBe(embedding(still))
  })

  it('may differ in kind: FTRL has two slots a weight, AdaGrad one', async () => {
    const deep = { embedding: 2, hidden: [], optimizer: { name: 'adagrad' } }
    const { tables } = await trained({ wide: { optimizer: { name: 'ftrl' } }, deep }, [0])
    expect(tables.get('wide/a')?.row(2)).toHaveLength(4)
    expect(tables.get('embedding/a')?.row(2)).toHaveLength(4)
    expect(tables.get('embedding/a')?.row(2)[2]).toBeGreaterThan(0.1)
  })

  // The gradient at a fresh wide model is −2: the bias after one step is twice the learning rate.
  it('follows the schedule of its part, the bias that of the wide part', async () => {
    const state = await trained(
      { wide: { optimizer: { ...sgd, schedule: { name: 'constant', warmup: 4 } } }, deep: false },
      [0],
    )
    expect(biasOf(state)).toBeCloseTo(0.05, 7)
    expect(wideWeights(state)[0]).toBeCloseTo(0.05, 7)
  })

  it('of the deep part is not moved by the schedule of the wide one', async () => {
    const deep = { embedding: 1, hidden: [], optimizer: sgd }
    const plain = await trained({ wide: { optimizer: sgd }, deep }, [0])
    const slow = { ...sgd, schedule: { name: 'constant', warmup: 4 } }
    const warmed = await trained({ wide: { optimizer: slow }, deep }, [0])
    expect(embedding(warmed)).toBe(embedding(plain))
    expect(biasOf(warmed)).toBeCloseTo(biasOf(plain) / 4, 7)
  })
})

describe('gradients clipped by their global norm', () => {
  it('are scaled down to the norm, and left alone below it', () => {
    // ‖(3, 4), 12‖ = 13.
    expect(clipFactor(6.5, 3 ** 2 + 4 ** 2 + 12 ** 2)).toBe(0.5)
    expect(clipFactor(13, 169)).toBe(1)
    expect(clipFactor(1, 0)).toBe(1)
  })

  it('count dense and sparse parameters together, without the penalties', async () => {
    const wide = { optimizer: { name: 'sgd', learningRate: 0.1 }, l2: 0.5 }
    const state = await trained({ wide, deep: false }, [0, 0], { clipNorm: 1 })
    // Step 1: bias and w₀ have −2 each, norm √8: both become −1/√2, and 0.1/√2 after the step.
    // Step 2: z = 0.2/√2, gradients −2(1 − z) = −1.717 each, clipped to −1/√2 again; w₀ loses 0.1 · 0.5 · w₀ beside.
    const first = 0.1 * Math.SQRT1_2
    expect(state.dense.weights('bias')[0]).toBeCloseTo(2 * first, 6)
    expect(wideWeights(state)[0]).toBeCloseTo(2 * first - 0.05 * first, 6)
  })

  it('change nothing while the norm is below', async () => {
    const model = { wide: { optimizer: { name: 'sgd', learningRate: 0.1 } }, deep: { embedding: 2, hidden: [3] } }
    const [free, clipped] = [await trained(model, [0, 1, 0]), await trained(model, [0, 1, 0], { clipNorm: 1000 })]
    expect(wideWeights(clipped)).toEqual(wideWeights(free))
    expect(clipped.tables.get('embedding/a')?.readWeights(0, 4)).toEqual(
      free.tables.get('embedding/a')?.readWeights(0, 4),
    )
  })
})

describe('embedding(…, { maxNorm })', () => {
  it('keeps every row of its table short, that of a feature that shares it too', () => {
    const config: Config = {
      data: {},
      features: {
        a: embedding(categorical({ values: 2 }), { maxNorm: 0.5 }),
        b: categorical({ sharedWith: 'a' }),
      },
      model: { wide: false, deep: { embedding: 3, embeddingDeviation: 1 } },
    }
    const encoder = createEncoder(config, { columns: { a: { json: {}, arrays: {} } }, crosses: {} })
    const model = resolveModel(config)
    const layout = layoutInputs(model, config, encoder.columns)
    expect(layout.tables).toEqual([{ name: 'embedding/a', rowCount: 4, dimension: 3, part: 'deep', maxNorm: 0.5 }])
    const spec = resolveTraining(config, model, () => true)
    const { tables } = createModelState({ model, layout, network: createNetwork(model, layout), spec })
    const rows = [2, 3].map((row) => Math.hypot(...(tables.get('embedding/a')?.readWeights(row, 1) ?? [])))
    expect(Math.max(...rows)).toBeCloseTo(0.5, 6)
  })
})
