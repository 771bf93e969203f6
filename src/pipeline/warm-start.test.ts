/** Warm start from files to a bundle and on from there: what follows, what is fresh, and when nothing has changed. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDirectory, randomInteger, randomUniform } from '../base/index.js'
import { encodeFiles, openPrepared } from '../data/index.js'
import type { Config } from '../features/index.js'
import { categorical, cross, indicator, list, numeric } from '../features/index.js'
import { openBundle } from '../model/index.js'
import { createModelState, createStepProfile, createTrainingStep } from '../training/index.js'
import { prepareData, trainBundle } from './index.js'
import type { TrainResult, WarmStartReport } from './index.js'
import { modelParts } from './train-prepared.js'
import { warmStartFrom } from './warm-start.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-warm-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Rows over items `first … first + 40`: the more frequent ones are others when `first` moves, and so are the ids. */
function rowsOf(count: number, first: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const user = randomInteger(11, row, 12)
    const item = first + Math.floor(40 * randomUniform(12, row) ** 2)
    const isLiked = ((user + item) % 3 === 0) !== randomUniform(13, row) < 0.1
    const tags = [randomInteger(14, row, 6), randomInteger(15, row, 6)].map((tag) => `t${String(tag)}`).join('|')
    return [Number(isLiked), `u${String(user)}`, `i${String(item)}`, tags, randomUniform(16, row).toFixed(3)].join(',')
  })
  return `liked,user,item,tags,price\n${rows.join('\n')}\n`
}

const features = {
  user: categorical(),
  item: categorical(),
  tags: indicator(list(categorical())),
  price: numeric({ normalize: 'none' }),
}

const base: Config = {
  data: { examples: 'rows.csv', label: { column: 'liked' } },
  features,
  model: {
    wide: {
      crosses: [cross('user', 'item', { name: 'pair', minCount: 1 })],
      optimizer: { name: 'ftrl', learningRate: 0.1, l1: 0.1 },
    },
    deep: {
      embedding: 4,
      hidden: [16, 8],
      dropout: 0.2,
      normalization: 'batch',
      optimizer: { name: 'adam', learningRate: 0.01 },
    },
  },
  training: { batchSize: 64, epochs: 2, seed: 3, threads: 1, validationShare: 0 },
}

type Loaded = Parameters<typeof trainBundle>[0]

function place(name: string, config: Config, rows: string): Loaded {
  const directory = join(root, name)
  makeDirectory(directory)
  writeFileSync(join(directory, 'rows.csv'), rows)
  return { config, path: join(directory, 'widedeep.config.ts'), directory }
}

const withEpochs = (config: Config, epochs: number): Config => ({ ...config, training: { ...config.training, epochs } })
const older = rowsOf(2000, 0)
const newer = rowsOf(2000, 15)

let champion: TrainResult
beforeAll(async () => {
  const loaded = place('champion', base, older)
  champion = await trainBundle(loaded, { out: join(loaded.directory, 'bundle') })
}, 60_000)

/** Every array of a bundle's training state, by file. */
function arraysOf(bundle: string): Record<string, string> {
  const directory = join(bundle, 'training-state')
  const names = readdirSync(directory).filter((name) => name.endsWith('.f32'))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name)).toString('base64')]))
}

/** A warm-started state without a step: its report, and its predictions of the rows that its data was prepared from. */
async function begun(loaded: Loaded, bundle = champion.bundle): Promise<{ report: WarmStartReport; scores: number[] }> {
  const { config } = loaded
  const prepared = await prepareData(loaded, { onProgress: () => undefined })
  const data = openPrepared(prepared.directory)
  const parts = modelParts(config, data)
  const state = createModelState(parts)
  const report = await warmStartFrom(bundle, { config, parts, data }, state)
  const step = await createTrainingStep(
    parts,
    state,
    createStepProfile(() => 0),
  )
  const scores = await step.predict(await data.split('train').readBlock(0, 2000))
  await step.close()
  data.close()
  return { report, scores: [...scores] }
}

/** What the champion itself says of a file. */
async function championScores(directory: string): Promise<number[]> {
  const bundle = await openBundle(champion.bundle)
  const files = [join(directory, 'rows.csv')]
  const encoded = await encodeFiles({
    config: bundle.config,
    configDirectory: directory,
    state: bundle.featureState,
    files,
  })
  const scores = await bundle.predict(await encoded.dataset.readBlock(0, 2000))
  await encoded.close()
  await bundle.close()
  return [...scores]
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((one, index) => Math.abs(one - (b[index] ?? Number.NaN))))
}

describe('a warm start with nothing changed', () => {
  it('ends in the same bits as never having stopped: weights, optimizer state, running statistics', async () => {
    const whole = await trainBundle(place('whole', withEpochs(base, 4), older), { out: join(root, 'whole', 'bundle') })
    const again = place('again', base, older)
    const warm = await trainBundle(again, { out: join(again.directory, 'bundle'), warmStart: champion.bundle })
    expect(arraysOf(warm.bundle)).toEqual(arraysOf(whole.bundle))
    expect(arraysOf(warm.bundle)).not.toEqual(arraysOf(champion.bundle))
    expect(warm.warmStart?.earlier).toEqual({ steps: 64, epochs: 2 })
    const once = await trainBundle(place('once', withEpochs(base, 1), older), {
      out: join(root, 'once', 'bundle'),
      warmStart: join(champion.bundle),
    })
    const chained = await trainBundle(place('chained', withEpochs(base, 1), older), {
      out: join(root, 'chained', 'bundle'),
      warmStart: once.bundle,
    })
    expect(arraysOf(chained.bundle)).toEqual(arraysOf(whole.bundle))
  }, 60_000)

  it('goes on along the same path under averaged weights, whose average begins anew', async () => {
    const averaged = (epochs: number): Config => ({ ...base, training: { ...base.training, epochs, averaging: 1 } })
    const train = (name: string, epochs: number, warmStart?: string): Promise<TrainResult> =>
      trainBundle(place(name, averaged(epochs), older), { out: join(root, name, 'bundle'), warmStart })
    const whole = arraysOf((await train('averaged-whole', 4)).bundle)
    const first = await train('averaged-first', 2)
    const second = arraysOf((await train('averaged-second', 2, first.bundle)).bundle)
    const isAverage = (name: string): boolean => name.startsWith('average-')
    const paths = (arrays: Record<string, string>): [string, string][] =>
      Object.entries(arrays).filter(([name]) => !isAverage(name))
    expect(paths(second)).toEqual(paths(whole))
    // 32 refreshes an epoch: two epochs of this run, not four.
    const refreshes = Buffer.from(second['average-refreshes.f32'] ?? '', 'base64').readFloatLE(0)
    expect(refreshes).toBe(64)
  }, 60_000)
})

describe('a warm start on other data', () => {
  it('scores every row as the earlier model did, new tokens and all, until the first step', async () => {
    const loaded = place('newer', base, newer)
    const { report, scores } = await begun(loaded)
    expect(largestDifference(scores, await championScores(loaded.directory))).toBeLessThan(1e-6)
    const items = report.tables.find(({ name }) => name === 'embedding/item')
    expect(items).toMatchObject({ unknown: 15, fresh: 0, dropped: 15, hasState: true })
    const pairs = report.tables.find(({ name }) => name === 'wide/pair')
    expect(pairs?.carried).toBeGreaterThan(100)
    expect(report.dense.every(({ carried, values, hasState }) => carried === values && hasState)).toBe(true)
  }, 60_000)

  it('lets the inputs of the first layer follow their columns when these change places', async () => {
    const { price, tags, item, user } = features
    const loaded = place('moved', { ...base, features: { price, tags, item, user } }, newer)
    const { report, scores } = await begun(loaded)
    expect(largestDifference(scores, await championScores(loaded.directory))).toBeLessThan(1e-6)
    expect(report.removed).toEqual([])
  }, 60_000)

  it('names what is fresh: a new column, another dimension, other layers, another optimizer', async () => {
    const { item, price } = features
    const config: Config = {
      ...base,
      features: { item, price, who: categorical({ from: 'user' }), tags: list(categorical({ hashBuckets: 50 })) },
      model: { wide: { optimizer: { name: 'adagrad' } }, deep: { embedding: 4, hidden: [16, 12] } },
    }
    const { report } = await begun(place('other', config, newer))
    const table = (name: string): object | undefined => report.tables.find((one) => one.name === name)
    const dense = (name: string): object | undefined => report.dense.find((one) => one.name === name)
    expect(table('embedding/who')).toMatchObject({ carried: 0, reason: 'it was not there' })
    expect(table('wide/tags')).toMatchObject({ carried: 0, reason: 'it was of another kind' })
    expect(table('wide/item')).toMatchObject({ hasState: false, unknown: 15 })
    // 4 of item and 1 of price came along; who and tags are new.
    expect(dense('deep/0/weights')).toMatchObject({ values: 13 * 16, carried: 5 * 16, hasState: false })
    expect(dense('deep/1/weights')).toMatchObject({ carried: 0, reason: 'its shape was 16×8, now 16×12' })
    expect(report.removed).toContain('embedding/user')
  }, 60_000)
})

describe('a warm start that is refused', () => {
  it('says so of a bundle that learned another label', async () => {
    const config: Config = { ...base, model: { ...base.model, head: 'regression' } }
    await expect(begun(place('regression', config, newer))).rejects.toMatchObject({
      code: 'PIPELINE_WARM_START_OTHER_LABEL',
    })
  })

  it('says so of a bundle without training state', async () => {
    const stripped = join(root, 'stripped')
    const loaded = place('bare', withEpochs(base, 1), older)
    await trainBundle(loaded, { out: stripped })
    rmSync(join(stripped, 'training-state'), { recursive: true })
    await expect(begun(loaded, stripped)).rejects.toMatchObject({ code: 'PIPELINE_WARM_START_STATELESS' })
  }, 60_000)
})
