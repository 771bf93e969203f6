import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { permutation, randomInteger, randomKey, randomUniform } from '../base/index.js'
import { categorical, createEncoder, cross, numeric } from '../features/index.js'
import type { Config, FeatureState } from '../features/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../model/index.js'
import { createTableMemories } from '../tables/index.js'
import { openCheckpoints } from './checkpoint.js'
import { createModelState } from './model-state.js'
import type { ModelParts } from './model-state.js'
import { createStepProfile } from './step-profile.js'
import { trainModel } from './trainer.js'
import type { TrainerOptions } from './trainer.js'
import { resolveTraining } from './training-spec.js'
import type { TrainingBatch } from './training-batch.js'

const rowCount = 900
const config: Config = {
  data: {},
  features: {
    user: categorical({ values: 20 }),
    item: categorical({ values: 12 }),
    price: numeric(),
  },
  model: {
    wide: {
      crosses: [cross('user', 'item', { hashBuckets: 500 })],
      optimizer: {
        name: 'ftrl',
        learningRate: 0.1,
        l1: 0.1,
        l2: 0.1,
        schedule: { name: 'exponential', rate: 0.99, every: 10 },
      },
    },
    deep: {
      embedding: 4,
      hidden: [16, 8],
      normalization: 'batch',
      dropout: 0.4,
      embeddingL2: 0.001,
      optimizer: { name: 'adagrad', learningRate: 0.05, schedule: { name: 'cosine', warmup: 2, floor: 0.8 } },
    },
  },
  training: { batchSize: 64, epochs: 3, patience: 9, seed: 5, threads: 2, checkpointEvery: '4 steps', averaging: 1 },
}
const state: FeatureState = {
  columns: {
    user: nothing(),
    item: nothing(),
    price: { json: { hasMissing: true, mean: 0, deviation: 1 }, arrays: {} },
  },
  crosses: {},
}
const encoder = createEncoder(config, state)
const rows = Array.from({ length: rowCount }, (_, row) => ({
  user: randomInteger(1, row, 20),
  item: randomInteger(2, row, 12),
  price: row % 7 === 0 ? null : randomUniform(3, row),
}))
/** Users like items of their own parity: only the two together say so. */
const labels = rows.map(({ user, item }) => Number((user + item) % 2 === 0))

function nothing() {
  return { json: {}, arrays: {} }
}

function parts(workers: number, { training, model: declared }: Stops): ModelParts {
  const given = declared ? { ...config, model: declared } : config
  const model = resolveModel(given)
  const layout = layoutInputs(model, given, encoder.columns)
  const spec = { ...resolveTraining(given, model, () => true), workers, ...training }
  return { model, layout, network: createNetwork(model, layout), spec }
}

async function* batches(epoch: number, firstBatch: number): AsyncGenerator<TrainingBatch> {
  const order = permutation(rowCount, randomKey(5, 'shuffle', epoch))
  for (let first = firstBatch * 64; first < rowCount; first += 64) {
    const chosen = [...order.subarray(first, first + 64)]
    const encoded = encoder.encode(chosen.map((row) => rows[row] ?? {}))
    yield {
      ...encoded,
      labels: Float32Array.from(chosen, (row) => labels[row] ?? 0),
      weights: new Float32Array(chosen.length).fill(1),
      firstRow: first,
    }
  }
}

interface Stops {
  readonly stopAfter?: number
  readonly pauseAfter?: number
  readonly workers?: number
  /** Bytes of tables in one memory. */
  readonly tableBytes?: number
  readonly training?: Partial<ModelParts['spec']>
  readonly model?: NonNullable<Config['model']>
  readonly batches?: TrainerOptions['data']['batches']
}

interface Run {
  readonly directory: string
  readonly losses: number[]
  readonly lastStep: number
}

async function run(directory: string, stops: Stops = {}): Promise<Run> {
  const { stopAfter = Infinity, pauseAfter = Infinity, workers = 1, tableBytes = 2 ** 31 } = stops
  const controller = new AbortController()
  const losses: number[] = []
  let lastStep = 0
  const options: TrainerOptions = {
    data: { rowCount, batches: stops.batches ?? batches },
    validate: async (score) => {
      const scores = await score(encoder.encode(rows))
      return { auc: scores.reduce((sum, one, row) => sum + Math.abs(one - (labels[row] ?? 0)), 0) / -rowCount }
    },
    checkpoints: openCheckpoints(directory),
    profile: createStepProfile(() => 0),
    now: () => 0,
    onEvent(event) {
      if (event.kind === 'epoch') losses.push(event.record.loss)
      if (event.kind === 'step') lastStep = event.step
      if (lastStep >= stopAfter) controller.abort()
    },
    signal: controller.signal,
    pauseAfter,
  }
  const all = parts(workers, stops)
  await trainModel(all, createModelState(all, createTableMemories({ buffers: 2 ** 32 - tableBytes })), options)
  return { directory, losses, lastStep }
}

const fresh = (): string => mkdtempSync(join(tmpdir(), 'widedeep-trainer-'))

function files(directory: string): Record<string, string> {
  const latest = readFileSync(join(directory, 'latest'), 'utf8').trim()
  return Object.fromEntries(
    readdirSync(join(directory, latest)).map((file) => [
      file,
      readFileSync(join(directory, latest, file)).toString('base64'),
    ]),
  )
}

describe('the trainer', () => {
  /** What one run leaves that never stops. */
  let whole: Record<string, string> = {}
  beforeAll(async () => {
    whole = files((await run(fresh())).directory)
  })

  it('learns what only a pair of features says', async () => {
    const { losses } = await run(fresh())
    expect(losses).toHaveLength(3)
    expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] ?? 0))
  })

  it('writes the same bytes from the same seed', async () => {
    expect(files((await run(fresh())).directory)).toEqual(whole)
  })

  it.each([1, 7, 15, 22])(
    'stopped after step %i and resumed, ends in the same bytes as never having stopped',
    async (stop) => {
      const directory = fresh()
      await run(directory, { stopAfter: stop })
      await run(directory)
      expect(files(directory)).toEqual(whole)
    },
  )

  it.each([1, 2])('waits for the steps under way before it judges and keeps anything (%i threads)', async (workers) => {
    const every = (count: number) => ({ averaging: 0, checkpointEvery: { unit: 'steps', count } as const })
    // A checkpoint after each step leaves none under way.
    const single = await run(fresh(), { workers, training: every(1) })
    const ahead = await run(fresh(), { workers, training: every(1000) })
    expect(ahead.losses).toEqual(single.losses)
    expect(files(ahead.directory)).toEqual(files(single.directory))
  })

  // 15 steps are an epoch: the last of one, too.
  it.each([1, 7, 14, 15, 22])(
    'keeps every step that it has reported when it is stopped after step %i',
    async (stop) => {
      for (const averaging of [0, 1])
        for (const workers of [1, 2]) {
          const checkpointEvery = { unit: 'steps', count: 1000 } as const
          const { directory, lastStep } = await run(fresh(), {
            stopAfter: stop,
            workers,
            training: { averaging, checkpointEvery },
          })
          const { 'progress.json': progress = '' } = files(directory)
          expect(JSON.parse(Buffer.from(progress, 'base64').toString())).toMatchObject({ step: lastStep })
        }
    },
  )

  it('does so with parts of its batches on threads', async () => {
    const directory = fresh()
    await run(directory, { stopAfter: 17, workers: 2 })
    await run(directory, { workers: 2 })
    const never = await run(fresh(), { workers: 2 })
    expect(files(directory)).toEqual(files(never.directory))
  })

  it('does so also where only its first batch has few distinct ids, by which columns go around the products', async () => {
    async function* beginsAlike(epoch: number, firstBatch: number): AsyncGenerator<TrainingBatch> {
      let index = firstBatch
      for await (const batch of batches(epoch, firstBatch)) {
        const isFirst = epoch === 0 && index++ === 0
        if (isFirst) batch.ids['user']?.ids.fill(2)
        yield batch
      }
    }
    const stops = {
      batches: beginsAlike,
      training: { threadsOfPart: 1 },
      model: { wide: false, deep: { features: ['user', 'price'], embedding: 32, hidden: [16] } },
    } as const
    const directory = fresh()
    await run(directory, { ...stops, stopAfter: 7 })
    await run(directory, stops)
    expect(files(directory)).toEqual(files((await run(fresh(), stops)).directory))
  })

  it.each([1, 2])('does so with tables in many memories, as in one (%i threads)', async (workers) => {
    const directory = fresh()
    // 900 bytes hold a few dozen rows; a checkpoint does not tell how many memories there were.
    await run(directory, { stopAfter: 7, workers, tableBytes: 900 })
    await run(directory, { stopAfter: 12, workers })
    await run(directory, { workers, tableBytes: 600 })
    expect(files(directory)).toEqual(files((await run(fresh(), { workers })).directory))
  })

  it('paused after an epoch and called again, ends in the same bytes; a pause that is past trains nothing', async () => {
    const directory = fresh()
    expect((await run(directory, { pauseAfter: 1 })).losses).toHaveLength(1)
    expect((await run(directory, { pauseAfter: 1 })).losses).toHaveLength(0)
    expect((await run(directory, { pauseAfter: 2 })).losses).toHaveLength(1)
    await run(directory)
    expect(files(directory)).toEqual(whole)
  })

  it('starts again from the last checkpoint that is whole when a later one was cut short', async () => {
    const directory = fresh()
    await run(directory, { stopAfter: 9 })
    await run(directory)
    const entries = readdirSync(directory)
    expect(entries.filter((name) => name.includes('partial'))).toEqual([])
  })
})
