import { describe, expect, it } from 'vitest'
import { categorical, createEncoder, cross, list } from '../features/index.js'
import type { Config, WideDeclaration } from '../features/index.js'
import { createShardedTable, createTableMemories } from '../tables/index.js'
import { layoutInputs } from './input-layout.js'
import { createInputStage } from './input-stage.js'
import { resolveModel } from './model-spec.js'
import { inputNames } from './input-names.js'

/** The wide logit of a list of 0, 1, 2 and 3 whose weights are 1, 2, 4 and 8, beside an item of weight 100. */
function wideLogit(combiner: WideDeclaration['combiner'], tagWeights?: readonly number[]): number {
  const config: Config = {
    data: {},
    features: {
      item: categorical({ values: 1 }),
      tags: list(categorical({ values: 4 }), tagWeights ? { weights: 'tag_weights' } : {}),
    },
    model: { wide: combiner === undefined ? {} : { combiner }, deep: false },
  }
  const nothing = { json: {}, arrays: {} }
  const encoder = createEncoder(config, { columns: { item: nothing, tags: nothing }, crosses: {} })
  const layout = layoutInputs(resolveModel(config), config, encoder.columns)
  const memories = createTableMemories()
  const tables = new Map(
    layout.tables.map((spec) => [spec.name, createShardedTable(memories, { ...spec, optimizer: null })] as const),
  )
  tables.get('wide/item')?.writeWeights(2, Float32Array.of(100))
  tables.get('wide/tags')?.writeWeights(2, Float32Array.of(1, 2, 4, 8))
  const row = { item: 0, tags: [0, 1, 2, 3], tag_weights: tagWeights }
  const feeds = createInputStage(memories.home, layout, tables).forward(encoder.encode([row]))
  return Number(feeds[inputNames.wide]?.data[0])
}

describe('the combiner of the wide part', () => {
  it.each([
    [undefined, 115],
    ['sum', 115],
    ['mean', 100 + 15 / 4],
    ['sqrtn', 100 + 15 / 2],
  ] as const)('%s gives a list of four values and an item %d', (combiner, logit) => {
    expect(wideLogit(combiner)).toBeCloseTo(logit, 4)
  })

  // Σ ω w = 2 · 1 + 1 · 2 + 0 · 4 + ½ · 8 = 8, Σ ω = 3.5, Σ ω² = 5.25.
  it.each([
    ['sum', 108],
    ['mean', 100 + 8 / 3.5],
    ['sqrtn', 100 + 8 / Math.sqrt(5.25)],
  ] as const)('%s gives a list of four weighted values and an item %d', (combiner, logit) => {
    expect(wideLogit(combiner, [2, 1, 0, 0.5])).toBeCloseTo(logit, 4)
  })

  it('holds for crosses of lists too', () => {
    const config: Config = {
      data: {},
      features: { item: categorical({ values: 1 }), tags: list(categorical({ values: 4 })) },
      model: { wide: { combiner: 'mean', crosses: [cross('item', 'tags', { hashBuckets: 9 })] }, deep: false },
    }
    const nothing = { json: {}, arrays: {} }
    const encoder = createEncoder(config, { columns: { item: nothing, tags: nothing }, crosses: {} })
    const { wide } = layoutInputs(resolveModel(config), config, encoder.columns)
    expect(wide?.parts.map(({ combiner }) => combiner)).toEqual(['mean', 'mean', 'mean'])
  })
})
