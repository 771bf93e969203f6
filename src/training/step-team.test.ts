import { describe, expect, it } from 'vitest'
import { randomInteger, randomUniform } from '../base/index.js'
import { categorical, createEncoder, cross, embedding, list, numeric } from '../features/index.js'
import type { Config, FeatureState, ModelDeclaration } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import { createTableMemories } from '../tables/index.js'
import { createModelState } from './model-state.js'
import type { ModelParts, ModelState } from './model-state.js'
import { createStepProfile } from './step-profile.js'
import type { ThreadStart } from './step-messages.js'
import { StepThread } from './step-thread.js'
import { resolveTraining } from './training-spec.js'
import { createTrainingStep } from './training-step.js'
import type { TrainingBatch } from './training-batch.js'

const rowCount = 50
const nothing = { json: {}, arrays: {} }
const state: FeatureState = {
  columns: {
    user: nothing,
    item: nothing,
    likes: nothing,
    price: { json: { hasMissing: true, mean: 0, deviation: 1 }, arrays: {} },
  },
  crosses: {},
}

/** Two lookups of one table, a list, a hashed cross, numbers with missing ones. */
function configOf(model: ModelDeclaration, training: Config['training'] = {}): Config {
  return {
    data: {},
    features: {
      user: categorical({ values: 40 }),
      item: embedding(categorical({ values: 70 }), { maxNorm: 0.3 }),
      likes: list(categorical({ sharedWith: 'item' })),
      price: numeric(),
    },
    model,
    training: { batchSize: rowCount, ...training },
  }
}

const models: Record<string, Config> = {
  'wide and deep': configOf({
    wide: { crosses: [cross('user', 'item', { hashBuckets: 300 })] },
    deep: { embedding: 5, hidden: [9, 4] },
  }),
  'dropout, penalties, clipping, Adam': configOf(
    {
      wide: { l1: 0.01, l2: 0.1, optimizer: { name: 'proximalAdagrad' } },
      deep: { embedding: 3, hidden: [8], dropout: 0.3, embeddingL2: 0.1, layerL2: 0.1, optimizer: { name: 'adam' } },
    },
    { clipNorm: 0.5, lossReduction: 'mean' },
  ),
  'penalties at every step': configOf({
    wide: { l2: 0.1, regularization: 'everyStep', optimizer: { name: 'adam', learningRate: 0.01 } },
    deep: { embedding: 3, hidden: [8], embeddingL2: 0.1, regularization: 'everyStep' },
  }),
  'wide alone': configOf({ deep: false }),
  'deep alone, sequences': configOf({
    wide: false,
    deep: { embedding: 4, hidden: [6] },
    architecture: { name: 'din', length: 3 },
  }),
}

const encoder = (config: Config) => createEncoder(config, state)

function partsOf(config: Config, workers: number): ModelParts {
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, encoder(config).columns)
  const spec = { ...resolveTraining(config, model, () => true), threads: workers, workers }
  return { model, layout, network: createNetwork(model, layout), spec }
}

/** The batches of some steps: of 50 rows, then more than that, then fewer than there are workers. */
const sizes = [rowCount, rowCount, 3 * rowCount + 1, rowCount, 2, rowCount]

function rawRows(step: number, count: number) {
  const draw = (column: number, row: number, below: number): number => randomInteger(10 * step + column, row, below)
  return Array.from({ length: count }, (_, row) => ({
    user: draw(1, row, 40),
    item: draw(2, row, 70),
    likes: Array.from({ length: draw(3, row, 5) }, (_, i) => draw(4, 7 * row + i, 70)),
    price: row % 7 === 0 ? null : randomUniform(step, row),
  }))
}

function batchOf(config: Config, step: number): TrainingBatch {
  const rows = rawRows(step, sizes[step] ?? 0)
  return {
    ...encoder(config).encode(rows),
    labels: Float32Array.from(rows, ({ user, item }) => (user + item) % 2),
    weights: Float32Array.from(rows, (_, row) => 0.5 + randomUniform(99, row)),
    ...(step === 1 ? { offsets: Float32Array.from(rows, (_, row) => randomUniform(98, row)) } : {}),
    firstRow: 1000 * step,
  }
}

interface Trained {
  readonly losses: number[]
  readonly state: ModelState
}

interface Run {
  readonly workers: number
  /** Whether a step is begun before the one before has ended. */
  readonly isAhead?: boolean
  readonly batch?: (config: Config, step: number) => TrainingBatch
  /** Bytes of tables in one memory. */
  readonly tableBytes?: number
}

async function trained(config: Config, run: Run): Promise<Trained> {
  const { workers, isAhead = false, batch = batchOf, tableBytes = 2 ** 31 } = run
  const parts = partsOf(config, workers)
  const state = createModelState(parts, createTableMemories({ buffers: 2 ** 32 - tableBytes }))
  const step = await createTrainingStep(
    parts,
    state,
    createStepProfile(() => performance.now()),
  )
  const losses: Promise<number>[] = []
  try {
    for (const index of sizes.keys()) {
      const position = { epoch: 0, step: index, stepCount: sizes.length, learningRateScale: 1 }
      const { loss } = await step.begin(batch(config, index), position)
      losses.push(loss)
      if (!isAhead) await loss
    }
    return { losses: await Promise.all(losses), state }
  } finally {
    await step.close()
  }
}

/** All numbers that training changes. */
const numbersOf = ({ tables, dense, running }: ModelState): Float32Array[] => [
  ...[...tables.values()].map(({ shards }) => Float32Array.from(shards.flatMap(({ rows }) => [...rows]))),
  ...dense.names.map((name) => dense.raw(name)),
  ...running.values(),
]

const bytesOf = (state: ModelState): string[] =>
  numbersOf(state).map((values) => Buffer.from(Float32Array.from(values).buffer).toString('base64'))

/** Relative to a number, or absolute for one below 1. */
function largestDifference(one: ModelState, other: ModelState): number {
  const others = numbersOf(other)
  return Math.max(
    ...numbersOf(one).map((values, index) =>
      values.reduce(
        (most, value, at) =>
          Math.max(most, Math.abs(value - (others[index]?.[at] ?? NaN)) / Math.max(1, Math.abs(value))),
        0,
      ),
    ),
  )
}

describe('a step in parts', () => {
  it.each(Object.keys(models))(
    'does what one thread does, to the last digits: %s',
    async (name) => {
      const config = models[name] ?? configOf({})
      const [alone, together] = [await trained(config, { workers: 1 }), await trained(config, { workers: 3 })]
      for (const [index, loss] of together.losses.entries())
        expect(loss / (alone.losses[index] ?? NaN)).toBeCloseTo(1, 5)
      expect(largestDifference(alone.state, together.state)).toBeLessThan(2e-5)
    },
    30_000,
  )

  it('leaves the same bytes every time', async () => {
    const config = models['dropout, penalties, clipping, Adam'] ?? configOf({})
    const bytes = async (): Promise<string[]> => bytesOf((await trained(config, { workers: 3 })).state)
    expect(await bytes()).toEqual(await bytes())
  })

  it.each(Object.keys(models))(
    'leaves the bytes of steps one by one where two are under way: %s',
    async (name) => {
      const config = models[name] ?? configOf({})
      for (const workers of [1, 3]) {
        const single = await trained(config, { workers })
        const ahead = await trained(config, { workers, isAhead: true })
        expect(ahead.losses).toEqual(single.losses)
        expect(bytesOf(ahead.state)).toEqual(bytesOf(single.state))
      }
    },
    30_000,
  )

  it.each(Object.keys(models))(
    'leaves the bytes that it leaves in one memory when tables lie in many: %s',
    async (name) => {
      const config = models[name] ?? configOf({})
      for (const workers of [1, 3]) {
        const whole = await trained(config, { workers })
        const parted = await trained(config, { workers, tableBytes: 1500 })
        expect(parted.state.memories.all.length).toBeGreaterThan(2)
        expect(parted.losses).toEqual(whole.losses)
        expect(bytesOf(parted.state)).toEqual(bytesOf(whole.state))
      }
    },
    30_000,
  )

  it('normalises each part by its own statistics, and averages those by rows', async () => {
    const config = configOf({ wide: false, deep: { embedding: 2, hidden: [3], normalization: 'batch' } })
    const rows = (step: number, first: number, end: number): TrainingBatch => {
      const { ids, numbers } = encoder(config).encode(rawRows(step, rowCount).slice(first, end))
      const ones = new Float32Array(end - first).fill(1)
      return { rowCount: end - first, ids, numbers, labels: ones, weights: ones, firstRow: first }
    }
    // The first step: weights are as they were made, so that a part is what one thread makes of its rows alone.
    const statistics = async (first: number, end: number, workers: number): Promise<Float32Array[]> => {
      const parts = partsOf(config, workers)
      const state = createModelState(parts)
      const step = await createTrainingStep(
        parts,
        state,
        createStepProfile(() => 0),
      )
      await step.run(rows(0, first, end), { epoch: 0, step: 0, stepCount: 1, learningRateScale: 1 })
      await step.close()
      return [...state.running.values()]
    }
    // Parts of 17, 17 and 16 rows.
    const [one, two, three] = [await statistics(0, 17, 1), await statistics(17, 34, 1), await statistics(34, 50, 1)]
    for (const [index, values] of (await statistics(0, 50, 3)).entries()) {
      for (const [at, value] of values.entries()) {
        const sum = 17 * (one[index]?.[at] ?? NaN) + 17 * (two[index]?.[at] ?? NaN) + 16 * (three[index]?.[at] ?? NaN)
        expect(value).toBeCloseTo(sum / 50, 5)
      }
    }
  })

  it.each([1, 3])('updates nothing from a loss that is not finite on, and leaves no threads: %i', async (workers) => {
    const config = configOf({ deep: { embedding: 3, hidden: [4] } })
    const fresh = createModelState(partsOf(config, 3))
    const batch = (given: Config): TrainingBatch => {
      const sound = batchOf(given, 0)
      return { ...sound, labels: sound.labels.map((label, row) => (row === rowCount - 1 ? NaN : label)) }
    }
    const parts = partsOf(config, workers)
    const state = createModelState(parts)
    const step = await createTrainingStep(
      parts,
      state,
      createStepProfile(() => 0),
    )
    const position = { epoch: 0, step: 7, stepCount: 9, learningRateScale: 1 }
    const { loss } = await step.begin(batch(config), position)
    // Begun while the other is under way, or after it.
    const next = step.begin(batchOf(config, 1), { ...position, step: 8 })
    for (const failed of [loss, next])
      await expect(failed).rejects.toMatchObject({
        code: 'TRAINING_LOSS_NOT_FINITE',
        message: expect.stringContaining('at step 7;') as string,
      })
    await step.close()
    expect(bytesOf(state)).toEqual(bytesOf(fresh))
    expect(threadCount()).toBe(0)
  })

  it('fails with the error of the part that failed, and leaves no threads', async () => {
    const config = configOf({ deep: { embedding: 3, hidden: [4] } })
    // One label too few: the last part has no labels for its last row.
    const batch = (given: Config, step: number): TrainingBatch => ({
      ...batchOf(given, step),
      numbers: {},
      labels: new Float32Array(0),
    })
    const failed = trained(config, { workers: 3, batch, isAhead: true })
    await expect(failed).rejects.toMatchObject({
      code: 'GRAPH_EXECUTOR_FAILED',
      cause: { message: expect.stringContaining('at ') as string },
    })
    expect(threadCount()).toBe(0)
  })
})

describe('a thread that is lost', () => {
  it('says so to who waits for it, and to who asks afterwards', async () => {
    let lost = 0
    // Without a plan it cannot start.
    const thread = new StepThread({} as ThreadStart, () => lost++)
    await expect(thread.open()).rejects.toMatchObject({ code: 'TRAINING_THREAD_ENDED' })
    await expect(thread.ask({ kind: 'graph' })).rejects.toMatchObject({ code: 'TRAINING_THREAD_ENDED' })
    await thread.close()
    expect(lost).toBeGreaterThan(0)
  })
})

describe('the workers of a config', () => {
  it.each([
    [{ batchSize: 1024, threads: 2 }, 2],
    [{ batchSize: 1024, threads: 16 }, 8],
    [{ batchSize: 255, threads: 4 }, 1],
    [{ batchSize: 64, threads: 1 }, 1],
  ])('have parts of at least 128 rows: %o', (training, workers) => {
    const config = configOf({ deep: false }, training)
    expect(resolveTraining(config, resolveModel(config), () => true).workers).toBe(workers)
  })
})

/** Worker threads that keep this process alive. */
const threadCount = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Worker' || name === 'MessagePort').length
