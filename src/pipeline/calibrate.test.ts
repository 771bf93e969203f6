/** A model trained on a fifth of the negatives promises too much; calibration on rows as they come mends that, and only that. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { simulatedExamples } from '../../test/simulated-examples.js'
import { randomInteger, randomKey } from '../base/index.js'
import { readCalibration } from '../calibration/index.js'
import type { Config } from '../features/index.js'
import { categorical, cross } from '../features/index.js'
import { openBundle, writeCalibratedBundle, writeManifest } from '../model/index.js'
import { simulate } from '../simulator/index.js'
import { calibrateBundle } from './calibrate.js'
import type { LoadedConfig } from './config-file.js'
import { checkedConfig } from './config-file.js'
import { evaluateBundle } from './evaluate.js'
import type { EvaluateResult } from './evaluate.js'
import { recommendItems } from './recommend.js'
import { trainBundle } from './train.js'

let home = ''
let loaded: LoadedConfig
const at = (name: string): string => join(home, name)

const config: Config = {
  data: {
    ...simulatedExamples,
    examples: 'train.csv',
    validation: 'validation.csv',
    test: 'test.csv',
  },
  features: {
    user: { country: categorical(), device: categorical() },
    item: { app: categorical(), category: categorical() },
    context: { hour: categorical({ values: 24 }) },
  },
  model: { wide: [cross('country', 'app')], deep: { embedding: 4, hidden: [16] } },
  training: { batchSize: 256, epochs: 2, threads: 1, seed: 1 },
}

function withTraining(training: Config['training']): LoadedConfig {
  return { ...loaded, config: { ...loaded.config, training: { ...loaded.config.training, ...training } } }
}

/** Every byte of a directory, by file. */
function contents(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const plain = files.filter((file) => statSync(join(directory, file)).isFile())
  return Object.fromEntries(plain.map((file) => [file, readFileSync(join(directory, file), 'base64')]))
}

const onTest = (bundle: string): Promise<EvaluateResult> =>
  evaluateBundle({ bundle: at(bundle), loaded, split: 'test', reliability: { by: 'category', minimumRows: 50 } })

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-calibrate-'))
  simulate({ directory: home, users: 300, apps: 60, impressions: 24_000, labelled: true, baseLogit: -2.4 })
  const [header = '', ...lines] = readFileSync(at('impressions.csv'), 'utf8').trim().split('\n')
  const label = header.split(',').indexOf('install')
  const key = randomKey(1, 'negatives')
  const isKept = (line: string, row: number): boolean =>
    line.split(',')[label] === '1' || randomInteger(key, row, 5) === 0
  const write = (name: string, rows: string[]): void => {
    writeFileSync(at(name), `${[header, ...rows].join('\n')}\n`)
  }
  write('train.csv', lines.slice(0, 12_000).filter(isKept))
  write('validation.csv', lines.slice(12_000, 18_000))
  write('test.csv', lines.slice(18_000))
  loaded = { config: checkedConfig(config, 'config'), path: at('widedeep.config.ts'), directory: home }
  await trainBundle(loaded, { out: at('plain') })
}, 60_000)

describe.each(['platt', 'isotonic'])('%s', (method) => {
  it('mends probabilities on rows that it has not seen, keeps the order, and leaves the old bundle as it is', async () => {
    const before = contents(at('plain'))
    const report = await calibrateBundle({ bundle: at('plain'), out: at(method), method, loaded })
    expect(contents(at('plain'))).toEqual(before)
    const [plain, calibrated] = [await onTest('plain'), await onTest(method)]
    expect(plain.metrics['calibration']).toBeGreaterThan(1.3)
    expect(calibrated.metrics['calibration']).toBeCloseTo(1, 1)
    expect(plain.metrics['expectedCalibrationError']).toBeGreaterThan(0.1)
    expect(calibrated.metrics['expectedCalibrationError']).toBeLessThan(0.03)
    expect(calibrated.metrics['logLoss']).toBeLessThan(plain.metrics['logLoss'] ?? 0)
    expect(report.crossFitted['expectedCalibrationError']).toBeLessThan(0.03)
    // Platt's map is strictly rising; an isotonic one may be level beyond its first and last block.
    const digits = method === 'platt' ? 9 : 2
    expect(calibrated.metrics['auc']).toBeCloseTo(plain.metrics['auc'] ?? 0, digits)
    expect(calibrated.reliability).toMatchObject({ calibratedBy: method })
    expect(calibrated.reliability?.by?.segments.length).toBeGreaterThan(2)
  })

  it('ranks every item as the bundle without it does', async () => {
    const list = (bundle: string) => recommendItems({ bundle: at(bundle), user: 'u1', k: 60, keepSeen: true })
    const [plain, calibrated] = [await list('plain'), await list(method)]
    expect(calibrated.items.map(({ item }) => item)).toEqual(plain.items.map(({ item }) => item))
    expect(calibrated.items.map(({ score }) => score)).not.toEqual(plain.items.map(({ score }) => score))
  })

  it('trained with it, a bundle is the one calibrated afterwards, and its golden requests agree', async () => {
    const result = await trainBundle(withTraining({ calibration: method as 'platt' }), { out: at(`trained-${method}`) })
    const [trained, afterwards] = [contents(at(`trained-${method}`)), contents(at(method))]
    for (const file of ['calibration.json', 'golden.json', 'model.onnx']) expect(trained[file]).toBe(afterwards[file])
    expect(result.metrics).toEqual(result.calibration?.crossFitted)
    const bundle = await openBundle(at(`trained-${method}`))
    const scores = await bundle.score(bundle.encoder.encode(bundle.golden.map(({ row }) => row)))
    await bundle.close()
    expect(bundle.golden.length).toBeGreaterThan(10)
    for (const [index, { score }] of bundle.golden.entries()) expect(scores[index]).toBeCloseTo(score, 6)
    expect(bundle.calibration?.method).toBe(method)
  }, 60_000)
})

it('ranks by the logit where calibration gives every item one score', async () => {
  const level = readCalibration({ method: 'isotonic', ...{ logits: [0], probabilities: [0.5] } })
  const bundle = await openBundle(at('plain'))
  const record = { method: 'isotonic', rows: 1, source: 'nowhere' }
  await writeCalibratedBundle(bundle, { calibration: level, record }, at('level'))
  await bundle.close()
  const list = (name: string) => recommendItems({ bundle: at(name), user: 'u1', k: 60, keepSeen: true })
  const [plain, tied] = [await list('plain'), await list('level')]
  expect(new Set(tied.items.map(({ score }) => score))).toEqual(new Set([0.5]))
  expect(tied.items.map(({ item }) => item)).toEqual(plain.items.map(({ item }) => item))
})

describe('a bundle', () => {
  it('of before, without a word of calibration, opens and is not calibrated', async () => {
    const bundle = await openBundle(at('plain'))
    expect(bundle.calibration).toBeNull()
    await bundle.close()
  })

  it('with a calibration that was altered, or that no release knows, is refused', async () => {
    cpSync(at('platt'), at('altered'), { recursive: true })
    writeFileSync(join(at('altered'), 'calibration.json'), '{"method":"platt","slope":2,"intercept":0}')
    await expect(openBundle(at('altered'))).rejects.toThrow('calibration.json')
    writeFileSync(join(at('altered'), 'calibration.json'), '{"method":"beta"}')
    await writeManifest(at('altered'), { kind: 'bundle', tables: [], calibration: { method: 'beta' } })
    await expect(openBundle(at('altered'))).rejects.toThrow('known: platt, isotonic')
  })
})

describe('what cannot be', () => {
  it('is said before anything is written', async () => {
    const task = { bundle: at('plain'), out: at('nowhere'), method: 'platt', loaded }
    await expect(calibrateBundle({ ...task, out: at('plain') })).rejects.toThrow('is not there yet')
    await expect(calibrateBundle({ ...task, split: 'nosuch' })).rejects.toThrow('none of 0 rows')
    const by = evaluateBundle({ bundle: at('plain'), loaded, reliability: { by: 'categori' } })
    await expect(by).rejects.toThrow('did you mean "category"?')
    expect(() => readdirSync(at('nowhere'))).toThrow()
    const regression = { ...config, model: { head: 'regression' }, training: { calibration: 'platt' } }
    expect(() => checkedConfig(regression, 'config')).toThrow('training.calibration')
    expect(() => checkedConfig({ ...config, training: { calibration: 'beta' } }, 'config')).toThrow('"platt"')
  })

  it('is a warning at the end of training, and the bundle is written', async () => {
    const header = readFileSync(at('validation.csv'), 'utf8').split('\n')
    const label = (header[0] ?? '').split(',').indexOf('install')
    const negatives = header.slice(1).filter((line) => line.split(',')[label] === '0')
    writeFileSync(at('negatives.csv'), `${[header[0], ...negatives].join('\n')}\n`)
    const warnings: string[] = []
    const { config: own } = withTraining({ calibration: 'platt', epochs: 1 })
    const data = { ...own.data, validation: 'negatives.csv' }
    const training = { ...own.training, metric: 'logLoss' }
    const path = at('other.config.ts')
    const result = await trainBundle(
      { ...loaded, path, config: { ...own, data, training } },
      { out: at('uncalibrated'), warn: (text) => warnings.push(text) },
    )
    expect(warnings.join()).toContain('not calibrated')
    expect(result.calibration).toBeUndefined()
  }, 60_000)
})

describe('segments', () => {
  it('of files are of any column, of a split of features and keys', async () => {
    const files = [at('test.csv')]
    const raw = await evaluateBundle({
      bundle: at('plain'),
      files,
      loaded,
      reliability: { by: 'user', minimumRows: 1 },
    })
    const key = await evaluateBundle({
      bundle: at('plain'),
      loaded,
      split: 'test',
      reliability: { by: 'user', minimumRows: 1 },
    })
    expect(raw.reliability?.by?.segments.length).toBeGreaterThan(100)
    expect(key.reliability?.by?.segments).toEqual(raw.reliability?.by?.segments)
    const feature = await onTest('plain')
    expect(feature.reliability?.by?.segments.reduce((sum, { rows }) => sum + rows, 0)).toBe(6000)
  })
})
