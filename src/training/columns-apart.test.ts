import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal } from '../base/index.js'
import { categorical, createEncoder, list, numeric } from '../features/index.js'
import type { Config, ModelDeclaration } from '../features/index.js'
import { openExecutor, operations } from '../graph/index.js'
import { createNetwork, defineArchitecture, layoutInputs, resolveModel } from '../model/index.js'
import { createTableMemories } from '../tables/index.js'
import { columnsApart, costsApart, idsIn } from './columns-apart.js'
import type { ChoiceApart, ColumnsApart } from './columns-apart.js'
import type { ModelParts, ModelState } from './model-state.js'
import { createModelState } from './model-state.js'
import { createStepProfile } from './step-profile.js'
import type { TrainingBatch } from './training-batch.js'
import { resolveTraining } from './training-spec.js'
import { createTrainingStep } from './training-step.js'

const { add, slice, sum } = operations

const batchSize = 600

const features = {
  few: categorical({ values: 4 }),
  some: categorical({ values: 9 }),
  many: categorical({ values: 5000 }),
  shared: categorical({ sharedWith: 'owner' }),
  owner: categorical({ values: 6 }),
  likes: list(categorical({ values: 5 })),
  price: numeric(),
}

const learned = { json: {}, arrays: {} }
const state = {
  columns: {
    ...Object.fromEntries([...Object.keys(features), 'other'].map((name) => [name, learned])),
    price: { json: { hasMissing: false, mean: 0, deviation: 1 }, arrays: {} },
  },
  crosses: {},
}

const deep = { embedding: 32, hidden: [32, 16] }

function partsOf(
  model: ModelDeclaration,
  training: Config['training'] = {},
  given: Config['features'] = features,
): ModelParts {
  const config: Config = { data: {}, features: given, model, training: { batchSize, threads: 1, ...training } }
  const resolved = resolveModel(config)
  const layout = layoutInputs(resolved, config, createEncoder(config, state).columns)
  const spec = resolveTraining(config, resolved, () => true)
  return { model: resolved, layout, network: createNetwork(resolved, layout), spec }
}

function choose(parts: ModelParts, choice: Partial<ChoiceApart> = {}): ColumnsApart | null {
  const plain = { isNear: () => true, idsOf: idsIn(undefined), costs: costsApart.kernels }
  return columnsApart(parts, { ...plain, ...choice })
}

function chosen(parts: ModelParts, choice: Partial<ChoiceApart> = {}): string[] | null {
  const apart = choose(parts, choice)
  return apart && apart.columns.map(({ column }) => column).sort()
}

describe('the columns that enter the first layer once for each distinct id', () => {
  it('have few ids for a batch, one a row, and a table of their own', () => {
    expect(chosen(partsOf({ deep }))).toEqual(['few', 'some'])
    expect(chosen(partsOf({ deep: { ...deep, normalization: 'batch', dropout: 0.5, activation: 'tanh' } }))).toEqual([
      'few',
      'some',
    ])
    // So few rows that nine ids come as often as once.
    expect(chosen(partsOf({ deep }, { batchSize: 20 }))).toBeNull()
  })

  it('are as many as the ids of a first batch allow, where there is one of enough rows', () => {
    const parts = partsOf({ deep })
    const often = (rowCount: number) => ({
      rowCount,
      numbers: {},
      ids: { many: { ids: Int32Array.from({ length: rowCount }, (_, row) => row % 20), offsets: null, weights: null } },
    })
    expect(chosen(parts, { idsOf: idsIn(often(batchSize)) })).toEqual(['few', 'many', 'some'])
    expect(chosen(parts, { idsOf: idsIn(often(batchSize - 1)) })).toEqual(['few', 'some'])
    // Each row an id of its own; with so many ids that room for all would be too much.
    const { many: _, ...others } = features
    const wide = partsOf({ deep }, {}, { ...others, many: categorical({ values: 1_000_000 }) })
    expect(chosen(wide, { idsOf: idsIn(often(batchSize)) })).toEqual(['few', 'some'])
  })

  it('are none where the first layer is not all that is done with the embeddings', () => {
    for (const name of ['deepfm', 'dcn', 'dcn-v2', 'autoint', 'xdeepfm', 'finalmlp'])
      expect([name, chosen(partsOf({ deep, architecture: name }))]).toEqual([name, null])
  })

  it('are none where an architecture of your own has more that follows the columns, or takes some of them alone', () => {
    const first = (part: (width: number, parts: number) => { end: number; extra: number }): ModelDeclaration => ({
      deep,
      architecture: defineArchitecture({
        name: 'own',
        needsDeep: true,
        logit({ deep: inputs }, builder) {
          if (!inputs) throw new Error('deep')
          const { end, extra } = part(inputs.layout.width, inputs.layout.parts.length)
          const hidden = builder.dense('first', slice(inputs.input, 1, 0, end), 32)
          const own = builder.parameter('own', [extra, 1], { part: 'deep', initializer: 'ones' })
          return add(builder.dense('last', hidden, 1), sum(own, [0]))
        },
      }),
    })
    expect(chosen(partsOf(first((end) => ({ end, extra: 3 }))))).toEqual(['few', 'some'])
    expect(chosen(partsOf(first((end, extra) => ({ end, extra }))))).toBeNull()
    expect(chosen(partsOf(first(() => ({ end: 16, extra: 3 }))))).toBeNull()
  })

  it('are none where the kernels do not fit the layer, or rows lie elsewhere', () => {
    expect(chosen(partsOf({ deep: { ...deep, hidden: [24] } }))).toBeNull()
    expect(chosen(partsOf({ deep }), { isNear: () => false })).toBeNull()
  })

  it('leave the graph one column, and are none where the gain would not pay for the way', () => {
    const { few, some, likes, price } = features
    const alike = { few, some, other: categorical({ values: 4 }) }
    expect(chosen(partsOf({ deep }, {}, { ...alike, likes }))).toEqual(['few', 'other', 'some'])
    expect(chosen(partsOf({ deep }, {}, alike))).toEqual(['few', 'other'])
    expect(chosen(partsOf({ deep: { ...deep, embedding: 2 } }, {}, { few, price }))).toBeNull()
  })
})

it('what the parts of a step share are outputs where they would multiply many ids again, rows otherwise', () => {
  const parts = partsOf({ deep: { ...deep, embedding: 400 } }, { threads: 3 })
  const sharing = (again: number) =>
    choose(parts, {
      idsOf: (_, rows) => (rows === batchSize ? 30 : (again + 30) / 3),
      costs: { floatOfId: 1, columnOfExample: 1 },
    })?.shared
  // Two columns of 400 floats; sharing outputs costs 80 for each of 600 examples.
  expect([sharing(0), sharing(59), sharing(61)]).toEqual(['rows', 'rows', 'outputs'])
  expect(choose(partsOf({ deep }))?.shared).toBe('rows')
})

/** Of so many floats an id that parts share outputs. */
const { few, some, price } = features
const heavy = { ...deep, embedding: 400 }

interface Case {
  readonly model: ModelDeclaration
  readonly training?: Config['training']
  readonly given?: Config['features']
}

const models: Record<string, Case> = {
  relu: { model: { wide: { features: ['few', 'many'] }, deep } },
  'batch normalisation, dropout, clipping': {
    model: { deep: { ...deep, normalization: 'batch', dropout: 0.4 } },
    training: { clipNorm: 0.01, lossReduction: 'mean' },
  },
  'outputs shared': {
    model: { wide: { features: ['few'] }, deep: heavy },
    given: { few, some, price },
  },
  'outputs shared, clipping': {
    model: { deep: heavy },
    training: { clipNorm: 0.01 },
    given: { few, some, price },
  },
  'tanh, Adam, penalties at every step': {
    model: {
      wide: false,
      deep: {
        ...deep,
        activation: 'tanh',
        embeddingL2: 0.1,
        layerL2: 0.1,
        regularization: 'everyStep',
        optimizer: { name: 'adam' },
      },
    },
  },
}

/** Whole batches, one that is larger, one of fewer rows than there are parts. */
const sizes = [batchSize, 2 * batchSize + 1, 2, batchSize]

function batchOf({ layout }: ModelParts, step: number): TrainingBatch {
  const rowCount = sizes[step] ?? 0
  const draw = (key: number, below: number, count = rowCount): Int32Array =>
    Int32Array.from({ length: count }, (_, row) => randomInteger(100 * step + key, row, below))
  const single = (key: number, below: number) => ({ ids: draw(key, below), offsets: null, weights: null })
  const rowsOf = (name: string): number =>
    layout.tables.find((table) => table.name === `embedding/${name}`)?.rowCount ?? 1
  const ids = Object.fromEntries(['few', 'some', 'many', 'owner'].map((name, key) => [name, single(key, rowsOf(name))]))
  const offsets = Int32Array.from({ length: rowCount + 1 }, (_, row) => 2 * row)
  return {
    rowCount,
    firstRow: 1000 * step,
    ids: { ...ids, shared: single(7, 6), likes: { ids: draw(8, 5, 2 * rowCount), offsets, weights: null } },
    numbers: { price: Float32Array.from({ length: rowCount }, (_, row) => randomNormal(step, row)) },
    labels: Float32Array.from(draw(9, 2)),
    weights: new Float32Array(rowCount).fill(1),
  }
}

async function trained(
  parts: ModelParts,
  memories = createTableMemories(),
): Promise<{ losses: number[]; numbers: number[] }> {
  const model = createModelState(parts, memories)
  const step = await createTrainingStep(
    parts,
    model,
    createStepProfile(() => 0),
  )
  const losses: number[] = []
  for (const index of sizes.keys())
    losses.push(await step.run(batchOf(parts, index), { epoch: 0, step: index, stepCount: 9, learningRateScale: 1 }))
  await step.close()
  return { losses, numbers: numbersOf(model) }
}

/** All numbers that training changes. */
const numbersOf = ({ tables, dense, running }: ModelState): number[] => [
  ...[...tables.values()].flatMap(({ shards }) => shards.flatMap(({ rows }) => [...rows])),
  ...dense.names.flatMap((name) => [...dense.raw(name)]),
  ...[...running.values()].flatMap((values) => [...values]),
]

/** The same model whose first layer is one product. */
const whole = (parts: ModelParts): ModelParts => ({ ...parts, network: { ...parts.network, apart: () => null } })

it('a step whose tables lie in many memories has one product', async () => {
  const parts = partsOf({ deep })
  const tiny = () => createTableMemories({ buffers: 2 ** 32 - 500 })
  expect(await trained(parts, tiny())).toEqual(await trained(whole(parts), tiny()))
})

const hasBfloat16 = !('reason' in (await openExecutor({ executor: 'onednn', precision: 'bfloat16' })))

it.skipIf(!hasBfloat16)('a step whose products round to bfloat16 has one product', async () => {
  const parts = partsOf({ deep }, { executor: 'onednn', precision: 'bfloat16' })
  expect(await trained(parts)).toEqual(await trained(whole(parts)))
})

const hasOnednn = !('reason' in (await openExecutor({ executor: 'onednn', precision: 'float32' })))
const cases = Object.entries(models).map(([name, own]) => ({ name, executor: 'onnxruntime' as const, ...own }))
const onOnednn = cases.filter(({ name }) => name === 'relu').map((one) => ({ ...one, executor: 'onednn' as const }))

describe('a step whose columns are apart', () => {
  it.each([...cases, ...(hasOnednn ? onOnednn : [])])(
    'does what the plain step does, within rounding, in one part and in three: $name on $executor',
    async ({ model, training, given, executor }) => {
      for (const threads of [1, 3]) {
        const parts = partsOf(model, { ...training, executor, threads }, given)
        expect(chosen(parts)).toEqual(['few', 'some'])
        const [apart, plain] = [await trained(parts), await trained(whole(parts))]
        expect(apart.numbers).not.toEqual(plain.numbers)
        for (const [index, loss] of apart.losses.entries())
          expect(loss / (plain.losses[index] ?? NaN)).toBeCloseTo(1, 5)
        const off = (value: number, at: number): number =>
          Math.abs(value - (plain.numbers[at] ?? NaN)) / Math.max(1, Math.abs(value))
        const largest = apart.numbers.reduce((most, value, at) => Math.max(most, off(value, at)), 0)
        expect(largest).toBeLessThan(5e-5)
      }
    },
  )

  it.each([
    ['rows', deep],
    ['outputs', heavy],
  ] as const)('leaves the same bytes each time, shared %s', async (sharing, own) => {
    const parts = partsOf({ deep: own }, { threads: 3 }, { few, some, price })
    expect(choose(parts)?.shared).toBe(sharing)
    const [first, second] = [await trained(parts), await trained(parts)]
    expect(second.losses).toEqual(first.losses)
    expect(second.numbers.every((value, at) => value === first.numbers[at])).toBe(true)
  })
})
