import { describe, expect, it } from 'vitest'
import { categorical, createEncoder } from '../features/index.js'
import type { Config, ModelDeclaration } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import { resolveTraining } from '../training/index.js'
import type { ModelParts } from '../training/index.js'
import { operationsPerExample, productPeak } from './matrix-products.js'

function partsOf(model: ModelDeclaration): ModelParts {
  const config: Config = {
    data: {},
    features: { a: categorical({ values: 3 }) },
    model,
    training: { batchSize: 64, threads: 1 },
  }
  const encoder = createEncoder(config, { columns: { a: { json: {}, arrays: {} } }, crosses: {} })
  const resolved = resolveModel(config)
  const layout = layoutInputs(resolved, config, encoder.columns)
  return {
    model: resolved,
    layout,
    network: createNetwork(resolved, layout),
    spec: resolveTraining(config, resolved, () => true),
  }
}

describe('the products of a step', () => {
  it('are three of each layer: forward, the gradient of its input, that of its weights', () => {
    // Layers 5 → 7 → 3 and the logit 3 → 1: 2 operations a multiplication.
    const parts = partsOf({ deep: { embedding: 5, hidden: [7, 3] } })
    expect(operationsPerExample(parts)).toBe(2 * 3 * (5 * 7 + 7 * 3 + 3 * 1))
  })

  it('have a peak where there are layers', async () => {
    const peak = await productPeak(partsOf({ deep: { embedding: 32, hidden: [64] } }), () => performance.now())
    // From a machine a hundred times slower than ours to one a thousand times faster.
    expect(peak).toBeGreaterThan(1e8)
    expect(peak).toBeLessThan(1e14)
    expect(await productPeak(partsOf({ deep: false }), () => performance.now())).toBeNull()
  })
})
