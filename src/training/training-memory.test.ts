import { describe, expect, it } from 'vitest'
import { categorical, createEncoder } from '../features/index.js'
import type { Config } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import { createModelState } from './model-state.js'
import { requireMemory, trainingMemory } from './training-memory.js'
import { resolveTraining } from './training-spec.js'

describe('what training takes', () => {
  const config: Config = {
    data: {},
    features: { a: categorical({ values: 998 }) },
    model: { deep: { embedding: 5, hidden: [7] } },
    training: { threads: 2, batchSize: 256 },
  }
  const encoder = createEncoder(config, { columns: { a: { json: {}, arrays: {} } }, crosses: {} })
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, encoder.columns)
  const spec = resolveTraining(config, model, () => true)
  const parts = { model, layout, network: createNetwork(model, layout), spec }
  const { weights, optimizerState, buffers } = trainingMemory(parts)

  it('is what the rows of its tables take', () => {
    const { tables, dense } = createModelState(parts)
    const shards = [...tables.values()].flatMap((table) => table.shards)
    const rows = [...shards, ...dense.tables].reduce((sum, table) => sum + table.rows.byteLength, 0)
    expect(weights + optimizerState).toBe(rows)
    // 1,000 ids: embeddings of 5 and wide weights; layers 5·7 + 7, the deep logit 7, the bias 1.
    expect(weights).toBe(4 * (6000 + 35 + 7 + 7 + 1))
    // 256 rows of 6 inputs four times; of each of two threads 256 touches, and the dense weights and gradients.
    expect(buffers).toBe(4 * (4 * 256 * 6 + 2 * 3 * 50) + 2 * 8 * 256)
  })

  it('is refused where it is more than there is', () => {
    const all = weights + optimizerState + buffers
    requireMemory({ weights, optimizerState, buffers }, all)
    expect(() => {
      requireMemory({ weights, optimizerState, buffers }, all - 1)
    }).toThrow(/must fit in the free memory, 0\.\d MB/)
    requireMemory({ weights: 2 ** 33, optimizerState: 0, buffers: 1 }, Infinity)
  })
})
