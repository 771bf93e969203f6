import { describe, expect, it } from 'vitest'
import { categorical, createEncoder } from '../features/index.js'
import type { Config } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import { createModelState } from './model-state.js'
import type { ModelState } from './model-state.js'
import { resolveTraining } from './training-spec.js'
import { exchangeAverage, updateAverage, withAverage } from './weight-average.js'

/** Five ids of three weights beside two slots of Adam each, dense layers, running statistics. */
function stateOf(averaging: number): ModelState {
  const config: Config = {
    data: {},
    features: { a: categorical({ values: 3 }) },
    model: {
      deep: { embedding: 3, hidden: [2], normalization: 'batch', optimizer: { name: 'adam', learningRate: 0.001 } },
    },
    training: { averaging },
  }
  const encoder = createEncoder(config, { columns: { a: { json: {}, arrays: {} } }, crosses: {} })
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, encoder.columns)
  return createModelState({
    model,
    layout,
    network: createNetwork(model, layout),
    spec: resolveTraining(config, model, () => true),
  })
}

/** Sets every float of the model, weights and slots, to one value. */
function fill(state: ModelState, value: number): void {
  for (const { shards } of state.tables.values()) for (const { rows } of shards) rows.fill(value)
  for (const name of state.dense.names) state.dense.raw(name).fill(value)
  for (const values of state.running.values()) values.fill(value)
}

function weights(state: ModelState): number[] {
  const tables = [...state.tables.values()].flatMap((table) => [...table.readWeights(0, table.rowCount)])
  const dense = state.dense.names.flatMap((name) => [...state.dense.weights(name)])
  return [...tables, ...dense, ...[...state.running.values()].flatMap((values) => [...values])]
}

const distinct = (values: readonly number[]): number[] => [...new Set(values)]

describe('averaged weights', () => {
  it('are the mean of all refreshes until the memory is full, and an exponential average from then on', async () => {
    const state = stateOf(1)
    const path = [1, 2, 6, 4, 8]
    const expected: number[] = []
    for (const [index, value] of path.entries()) {
      fill(state, value)
      updateAverage(state, { step: index + 1, memory: 2 })
      // By hand: shares 1, 1/2, then 1 − e^(−1/2) = 0.3935.
      const share = Math.max(1 / (index + 1), 1 - Math.exp(-0.5))
      expected.push((1 - share) * (expected.at(-1) ?? 0) + share * value)
      const [average = 0, ...others] = await withAverage(state, async () => Promise.resolve(distinct(weights(state))))
      expect(others).toEqual([])
      expect(average).toBeCloseTo(expected.at(-1) ?? 0, 5)
      expect(distinct(weights(state))).toEqual([value])
    }
    expect(expected[1]).toBe(1.5)
    expect(expected[2]).toBeCloseTo(1.5 + 4.5 * 0.3935, 3)
  })

  it('are refreshed 32 times in the span they remember, and never without being asked for', () => {
    const state = stateOf(1)
    for (let step = 1; step <= 640; step++) updateAverage(state, { step, memory: 320 })
    expect(state.average?.refreshes[0]).toBe(64)
    expect(stateOf(0).average).toBeNull()
  })

  it('leave the optimizer state alone when they change places with the weights', () => {
    const state = stateOf(1)
    fill(state, 1)
    updateAverage(state, { step: 1, memory: 2 })
    fill(state, 5)
    exchangeAverage(state)
    expect(distinct(weights(state))).toEqual([1])
    const table = [...state.tables.values()].find(({ dimension }) => dimension === 3)
    expect([...(table?.row(0) ?? [])].filter((value) => value === 5).length).toBeGreaterThan(5)
  })

  it('are the weights themselves before the first refresh', () => {
    const state = stateOf(1)
    fill(state, 3)
    exchangeAverage(state)
    expect(distinct(weights(state))).toEqual([3])
  })

  it('give the weights back when the work fails', async () => {
    const state = stateOf(1)
    fill(state, 1)
    updateAverage(state, { step: 1, memory: 2 })
    fill(state, 2)
    await expect(withAverage(state, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(distinct(weights(state))).toEqual([2])
  })
})
