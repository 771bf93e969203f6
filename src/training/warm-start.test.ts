import { describe, expect, it } from 'vitest'
import { randomNormal } from '../base/index.js'
import { carriedIds, categorical, createEncoder, cross, indicator, list, numeric } from '../features/index.js'
import type { Config, Encoder } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import { createTableMemories } from '../tables/index.js'
import { createModelState } from './model-state.js'
import { createStepProfile } from './step-profile.js'
import { resolveTraining } from './training-spec.js'
import { createTrainingStep } from './training-step.js'
import { warmStart } from './warm-start.js'
import type { TrainedModel } from './warm-start-dense.js'

const { user, item, likes, colour, price } = {
  user: categorical({ values: ['ann', 'bob', 'eve'] }),
  item: categorical({ values: ['x', 'y', 'z'] }),
  likes: list(categorical({ sharedWith: 'item' })),
  colour: indicator(categorical({ values: ['red', 'green'] })),
  price: numeric({ normalize: 'none' }),
}
const features = { user, item, likes, colour, price }
/** The same columns in another order, every vocabulary turned round. */
const turned = {
  price,
  colour: indicator(categorical({ values: ['green', 'red'] })),
  item: categorical({ values: ['z', 'y', 'x'] }),
  likes,
  user: categorical({ values: ['eve', 'bob', 'ann'] }),
}
const state = { columns: new Proxy({}, { get: () => ({ json: { hasMissing: false }, arrays: {} }) }), crosses: {} }
const rows = [
  { user: 'ann', item: 'x', likes: ['y', 'z'], colour: 'red', price: 0.3 },
  { user: 'eve', item: 'z', likes: [], colour: 'green', price: -2 },
  { user: null, item: 'unknown', likes: ['x'], colour: 'red', price: 1 },
]

interface Made extends TrainedModel {
  readonly encoder: Encoder
}

/** Memories with room for so many bytes of tables each. */
const memoriesOf = (tableBytes: number) => createTableMemories({ buffers: 2 ** 32 - tableBytes })

function make(
  given: Config['features'],
  model: NonNullable<Config['model']>,
  { seed, tableBytes = 2 ** 31 }: { seed: number; tableBytes?: number },
): Made {
  const config: Config = { data: {}, features: given, model, training: { seed, threads: 1 } }
  const encoder = createEncoder(config, state)
  const resolved = resolveModel(config)
  const layout = layoutInputs(resolved, config, encoder.columns)
  const spec = resolveTraining(config, resolved, () => true)
  const parts = { model: resolved, layout, network: createNetwork(resolved, layout), spec }
  return { parts, state: createModelState(parts, memoriesOf(tableBytes)), encoder }
}

/** Numbers everywhere, unknown rows and biases too, so that nothing agrees by chance. */
function fill({ state: { tables, dense } }: Made): void {
  let counter = 0
  const random = (length: number): Float32Array => Float32Array.from({ length }, () => randomNormal(9, counter++) / 3)
  for (const table of tables.values()) table.writeWeights(0, random(table.rowCount * table.dimension))
  for (const name of dense.names) dense.weights(name).set(random(dense.weights(name).length))
}

async function scores(made: Made): Promise<number[]> {
  const step = await createTrainingStep(
    made.parts,
    made.state,
    createStepProfile(() => 0),
  )
  const predicted = await step.predict(made.encoder.encode(rows))
  await step.close()
  return [...predicted]
}

const start = (now: Made, then: Made): ReturnType<typeof warmStart> =>
  warmStart(now, then, (column) => carriedIds(column, now.encoder, then.encoder))

describe('a warm start', () => {
  it.each(['wide-deep', 'deepfm', 'dcn', 'dcn-v2', 'din', 'finalmlp'])(
    'scores as before when columns and tokens change places: %s',
    async (architecture) => {
      const model = { architecture, deep: { embedding: 3, hidden: [5, 4] } }
      const then = make(features, model, { seed: 1 })
      fill(then)
      const now = make(turned, model, { seed: 2 })
      const { dense } = start(now, then)
      const expected = await scores(then)
      for (const [row, score] of (await scores(now)).entries()) expect(score).toBeCloseTo(expected[row] ?? 0, 6)
      expect(dense.filter(({ carried, values }) => carried < values)).toEqual([])
    },
  )

  it('carries weights and state over alike between tables in one memory and in many', () => {
    const model = { deep: { embedding: 3, hidden: [5, 4] } }
    const grown = { ...turned, item: categorical({ values: ['z', 'new', 'y', 'x'] }) }
    const carried = (given: Config['features'], then: number, now: number): number[][][] => {
      const [previous, current] = [
        make(features, model, { seed: 1, tableBytes: then }),
        make(given, model, { seed: 2, tableBytes: now }),
      ]
      let counter = 0
      for (const { rowCount, row } of previous.state.tables.values())
        for (let id = 0; id < rowCount; id++) row(id).forEach((_, i, own) => (own[i] = randomNormal(9, counter++)))
      start(current, previous)
      return [previous, current].map(({ state }) =>
        [...state.tables.values()].map(({ shards }) => shards.flatMap(({ rows }) => [...rows])),
      )
    }
    const one = 2 ** 31
    for (const [then, now] of [
      [one, one],
      [90, one],
      [one, 60],
      [60, 90],
    ] as const) {
      const [previous, current] = carried(features, then, now)
      expect(current).toEqual(previous)
      expect(carried(grown, then, now)).toEqual(carried(grown, one, one))
    }
  })

  it.each(['autoint', 'xdeepfm'])('says what cannot follow where fields have no names: %s', (architecture) => {
    const model = { architecture, deep: { embedding: 3, hidden: [5, 4] } }
    const fresh = start(make(turned, model, { seed: 2 }), make(features, model, { seed: 1 })).dense.filter(
      ({ carried }) => carried === 0,
    )
    expect(fresh.length).toBeGreaterThan(0)
    for (const { reason } of fresh) expect(reason).toBe('its numbers depend on the list of columns, which has changed')
  })

  it('lets hashed ids follow while there are as many buckets, and crosses of them', () => {
    const hashed = (hashBuckets: number, crossed: number): Made =>
      make(
        { user: categorical({ hashBuckets }), item: user },
        { wide: { crosses: [cross('user', 'item', { name: 'pair', hashBuckets: crossed })] } },
        { seed: 1 },
      )
    const reasons = (now: Made): (string | undefined)[] =>
      start(now, hashed(8, 16)).tables.flatMap(({ name, reason }) => (name.startsWith('wide') ? [reason] : []))
    expect(reasons(hashed(8, 16))).toEqual([undefined, undefined, undefined])
    expect(reasons(hashed(8, 20))).toEqual([undefined, undefined, 'it had 18 buckets, now 22'])
    expect(reasons(hashed(9, 16))).toEqual([
      'it had 9 buckets, now 10',
      undefined,
      'of its feature user: it had 9 buckets, now 10',
    ])
  })

  it('starts a hashed cross afresh when the ids that it hashes have moved', () => {
    const withPair = (given: Config['features']): Made =>
      make(given, { wide: { crosses: [cross('user', 'item', { name: 'pair', hashBuckets: 16 })] } }, { seed: 1 })
    const { tables } = start(withPair(turned), withPair(features))
    const { reason } = tables.find(({ name }) => name === 'wide/pair') ?? {}
    expect(reason).toBe('its buckets follow the ids of user, which have moved')
  })
})
