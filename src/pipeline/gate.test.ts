/** The gate over real models of a simulated store, each with its own vocabularies, as `widedeep gate` runs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDirectory, permutation, randomKey, randomUniform } from '../base/index.js'
import type { Config } from '../features/index.js'
import { bucketized, categorical } from '../features/index.js'
import { simulate } from '../simulator/index.js'
import { gateModels } from './gate.js'
import type { GateResult } from './gate.js'
import { trainBundle } from './index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-gate-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const features = {
  app: categorical(),
  category: categorical(),
  country: categorical(),
  age: bucketized({ boundaries: [20, 30, 40, 50, 60] }),
  device: categorical(),
  position: categorical(),
}

const config: Config = {
  data: {
    examples: 'rows.csv',
    join: [
      { from: '../logs/users.csv', on: 'user' },
      { from: '../logs/apps.csv', on: 'app' },
    ],
    label: { column: 'install' },
  },
  features,
  model: { deep: { embedding: 4, hidden: [16] } },
  training: { batchSize: 128, epochs: 3, seed: 1, threads: 1, validationShare: 0 },
  gate: { change: -0.03, latency: 20 },
}

type Row = Record<string, string>

let train: Row[] = []
let held: Row[] = []
/** Every third row: what a smaller model has seen. */
let few: Row[] = []

beforeAll(() => {
  // More installs than the store has, so that a few thousand rows say something.
  simulate({
    directory: join(root, 'logs'),
    users: 500,
    apps: 40,
    days: 5,
    impressions: 24_000,
    baseLogit: -1.5,
    labelled: true,
  })
  const [header = '', ...lines] = readFileSync(join(root, 'logs', 'impressions.csv'), 'utf8')
    .trimEnd()
    .split('\n')
  const names = header.split(',')
  const rows = lines.map((line, index): Row => {
    const cells = line.split(',')
    const row: Row = Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']))
    // Knows the label of nine rows in ten.
    const isKnown = randomUniform(randomKey(1, 'leak'), index) < 0.9
    return { ...row, leak: isKnown ? `seen${row['install'] ?? ''}` : 'none' }
  })
  train = rows.slice(0, 16_000)
  held = rows.slice(16_000)
  few = train.filter((_, index) => index % 3 === 0)
  makeDirectory(join(root, 'held'))
  writeRows('held', held)
}, 60_000)

function writeRows(name: string, rows: readonly Row[]): void {
  const header = Object.keys(rows[0] ?? {}).join(',')
  const lines = rows.map((row) => Object.values(row).join(','))
  writeFileSync(join(root, name, 'rows.csv'), `${[header, ...lines].join('\n')}\n`)
}

async function model(name: string, rows: readonly Row[], own: Config = config): Promise<string> {
  const directory = join(root, name)
  makeDirectory(directory)
  writeRows(name, rows)
  const loaded = { config: own, path: join(directory, 'config'), directory }
  return (await trainBundle(loaded, { out: join(directory, 'bundle') })).bundle
}

function gate(challenger: string, champion: string | undefined, own: Config = config): Promise<GateResult> {
  const directory = join(root, 'held')
  const loaded = { config: own, path: join(directory, 'config'), directory }
  return gateModels({ challenger, champion, files: [join(directory, 'rows.csv')], loaded })
}

const reasonOf = ({ checks }: GateResult, check: string): string =>
  checks.find(({ name }) => name === check)?.reason ?? ''

describe('the gate over real models', () => {
  let champion = ''
  beforeAll(async () => {
    champion = await model('champion', train)
  }, 60_000)

  it('passes the same model of another seed as no worse, and does not call it better', async () => {
    const seeded = { ...config, training: { ...config.training, seed: 2 } }
    const result = await gate(await model('twin', train, seeded), champion)
    expect([result.verdict, result.reasons]).toEqual(['BLESSED', [expect.stringMatching(/no difference beyond noise/)]])
    expect(result.rows).toBe(held.length)
  }, 120_000)

  it('blocks a model that was trained on shuffled labels', async () => {
    const order = permutation(train.length, randomKey(1, 'shuffled'))
    const shuffled = train.map((row, index) => ({ ...row, install: train[order[index] ?? 0]?.['install'] ?? '' }))
    const bundle = await model('shuffled', shuffled)
    const result = await gate(bundle, champion)
    expect(result.verdict).toBe('NOT_BLESSED')
    expect(reasonOf(result, 'change')).toMatch(/^worse: auc .* surely below −3.00 %/)
  }, 120_000)

  it('does not believe the gain of a model with a column that knows the label', async () => {
    const leaking = { ...config, features: { ...features, leak: categorical() } }
    const result = await gate(await model('leaky', train, leaking), champion)
    expect(result.verdict).toBe('NOT_BLESSED')
    expect(reasonOf(result, 'suspicious gain')).toMatch(/too good to be believed/)
    expect(reasonOf(result, 'change')).toMatch(/^better/)
  }, 120_000)

  it('blocks a model that got better on the whole and worse on one device', async () => {
    const { device, position } = features
    const weak = await model('weak', few, { ...config, features: { device, position } })
    // The labels of tablets are turned round in training.
    const spoilt = train.map((row) =>
      row['device'] === 'tablet' ? { ...row, install: String(1 - Number(row['install'])) } : row,
    )
    const whole = { ...config, gate: { ...config.gate, value: 0.5, suspicious: 1, calibration: 9, drift: 99 } }
    const result = await gate(await model('spoilt', spoilt), weak, whole)
    expect(reasonOf(result, 'change')).toMatch(/^better/)
    expect(result.reasons).toEqual([expect.stringMatching(/^slices: 1 slice\(s\) got surely worse: device=tablet/)])
    expect(result.verdict).toBe('NOT_BLESSED')
  }, 120_000)

  it('rubber-stamps a first model, and refuses rows of another label', async () => {
    const first = await gate(champion, undefined)
    expect(first.verdict).toBe('RUBBER_STAMPED')
    const other = await model('regression', few, { ...config, model: { ...config.model, head: 'regression' } })
    await expect(gate(other, champion)).rejects.toMatchObject({ code: 'PIPELINE_GATE_FOREIGN' })
  }, 120_000)
})
