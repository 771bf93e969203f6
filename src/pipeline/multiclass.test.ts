/** Multi-class and multi-label models from files to a bundle and back, on planted data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomInteger, randomUniform } from '../base/index.js'
import { openPrepared } from '../data/index.js'
import type { Config } from '../features/index.js'
import { categorical, cross, numeric } from '../features/index.js'
import { openBundle } from '../model/index.js'
import { evaluateBundle, prepareData, recommendItems, trainBundle } from './index.js'
import type { TrainResult } from './index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-heads-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const names = ['cat', 'dog', 'eel', 'fox']
const noise = 0.1

/** The class is decided by the cross of two columns, but for a tenth of the rows; the labels by one column each. */
function rowsOf(count: number, seed: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const a = randomInteger(seed, 4 * row, 6)
    const b = randomInteger(seed, 4 * row + 1, 6)
    const isNoise = randomUniform(seed, 4 * row + 2) < noise
    const place = isNoise ? randomInteger(seed, 4 * row + 3, 4) : (a * b + a) % 4
    const tags = [...(a % 2 === 0 ? ['even'] : []), ...(b > 2 ? ['high'] : []), ...(a === b ? ['same'] : [])]
    return [`u${String(a)}`, `i${String(b)}`, (a + b) / 10, names[place], place + 1, tags.join('|')].join(',')
  })
  return `user,item,level,animal,stars,tags\n${rows.join('\n')}\n`
}

const config = (data: Partial<Config['data']>, model: Partial<NonNullable<Config['model']>>): Config => ({
  data: {
    examples: 'rows.csv',
    test: 'test.csv',
    split: { by: 'random', validation: 0.1 },
    user: 'user',
    item: 'item',
    ...data,
  },
  features: {
    user: { user: categorical() },
    item: { item: categorical() },
    context: { level: numeric() },
  },
  model: { wide: [cross('user', 'item')], deep: { embedding: 4, hidden: [16, 8] }, ...model },
  training: { batchSize: 64, epochs: 6, seed: 1, threads: 1 },
})

const multiclass = config({ label: { column: 'animal', positiveLabel: 'eel' } }, { head: 'multiclass' })

const loadedOf = (name: string, own: Config): Parameters<typeof trainBundle>[0] => {
  const directory = join(root, name)
  return { config: own, path: join(directory, 'widedeep.config.ts'), directory }
}

/** Trains in a directory of its own. */
async function trained(name: string, own: Config): Promise<TrainResult> {
  const loaded = loadedOf(name, own)
  const { makeDirectory } = await import('../base/index.js')
  makeDirectory(loaded.directory)
  writeFileSync(join(loaded.directory, 'rows.csv'), rowsOf(3000, 1))
  writeFileSync(join(loaded.directory, 'test.csv'), rowsOf(600, 2))
  return trainBundle(loaded, { out: join(loaded.directory, 'bundle') })
}

describe('a multi-class model', () => {
  let result: TrainResult
  beforeAll(async () => {
    result = await trained('classes', multiclass)
  }, 30_000)

  it('learns planted classes as well as the noise lets it, validated by log loss', () => {
    expect(result.metrics['multiclassAccuracy']).toBeGreaterThan(0.88)
    expect(result.metrics['macroAuc']).toBeGreaterThan(0.9)
    expect(Object.keys(result.epochs[0]?.metrics ?? {})[0]).toBe('multiclassLogLoss')
  })

  it('comes back from disk with its classes, probabilities that sum to 1, and the score of the positive label', async () => {
    const bundle = await openBundle(result.bundle)
    try {
      expect(bundle.model.output.labels).toEqual(names)
      expect(bundle.tables.find(({ name }) => name === 'wide/user')?.dimension).toBe(4)
      const features = bundle.encoder.encode(bundle.golden.map(({ row }) => row))
      const predicted = await bundle.predict(features)
      const scores = await bundle.score(features)
      for (const [row, { score }] of bundle.golden.entries()) {
        const own = predicted.subarray(4 * row, 4 * row + 4)
        expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5)
        expect(scores[row]).toBeCloseTo(own[2] ?? NaN, 6)
        expect(scores[row]).toBe(score)
      }
    } finally {
      await bundle.close()
    }
  })

  it('is evaluated on files, where a class never seen is bad input', async () => {
    const file = join(root, 'other.csv')
    writeFileSync(file, rowsOf(400, 3))
    const evaluated = await evaluateBundle({ bundle: result.bundle, files: [file] })
    expect(evaluated.rows).toBe(400)
    expect(evaluated.metrics['top3Accuracy']).toBeGreaterThan(0.93)
    writeFileSync(file, rowsOf(400, 3).replace(/,dog,/, ',gnu,'))
    await expect(evaluateBundle({ bundle: result.bundle, files: [file] })).rejects.toMatchObject({
      code: 'DATA_ROWS_BAD',
      message: expect.stringMatching(/row \d+: the label animal is "gnu"/) as string,
    })
    writeFileSync(file, rowsOf(1200, 3).replace(/,dog,/, ',gnu,'))
    const { rows, warnings } = await evaluateBundle({ bundle: result.bundle, files: [file] })
    expect(rows).toBe(1199)
    expect(warnings.join()).toContain('gnu')
  })

  it('ranks items by the probability of the positive label', async () => {
    const { items } = await recommendItems({ bundle: result.bundle, user: 'u1', k: 6, keepSeen: true })
    // (a·b + a) mod 4 = 2 for a = 1 at b = 1 and b = 5.
    expect(
      items
        .slice(0, 2)
        .map(({ item }) => item)
        .sort(),
    ).toEqual(['i1', 'i5'])
  })
})

describe('other labels', () => {
  it('classes that are numbers are ranked by their expected value, other ones without a positive label not at all', async () => {
    const stars = await trained('stars', config({ label: { column: 'stars' } }, { head: 'multiclass', deep: false }))
    const bundle = await openBundle(stars.bundle)
    expect(bundle.model.output).toMatchObject({ labels: ['1', '2', '3', '4'], rankWeights: [1, 2, 3, 4] })
    await bundle.close()
    const { items } = await recommendItems({ bundle: stars.bundle, user: 'u1', k: 1, keepSeen: true })
    expect(['i2']).toEqual(items.map(({ item }) => item))
    const loaded = config({ label: { column: 'animal' } }, { head: 'multiclass', wide: false })
    const unranked = await trained('unranked', { ...loaded, training: { ...loaded.training, epochs: 1 } })
    await expect(recommendItems({ bundle: unranked.bundle, user: 'u1' })).rejects.toMatchObject({
      code: 'PIPELINE_RANKING_UNDEFINED',
    })
  })

  it('a multi-label model tells every label by itself, in memory and on files', async () => {
    const tags = config({ label: { column: 'tags' } }, { head: 'multilabel' })
    const result = await trained('tags', tags)
    expect(result.metrics['multilabelMacroAuc']).toBeGreaterThan(0.99)
    const prepared = await prepareData(loadedOf('tags', tags), { onProgress: () => undefined })
    const data = openPrepared(prepared.directory)
    expect(data.featureState.labels).toEqual(['even', 'high', 'same'])
    const block = await data.split('test').readBlock(0, 600)
    data.close()
    const [, ...lines] = rowsOf(600, 2).trim().split('\n')
    const expected = lines.flatMap((line) =>
      ['even', 'high', 'same'].map((tag) => Number((line.split(',')[5] ?? '').split('|').includes(tag))),
    )
    expect(Array.from(block.labels)).toEqual(expected)
  })

  it('class weights move training towards a class, and example weights of evaluation stay', async () => {
    const label = { column: 'animal', positiveLabel: 'eel', classWeights: { eel: 20 } }
    const plain = await trained(
      'plain',
      config({ label: { column: 'animal', positiveLabel: 'eel' } }, { head: 'multiclass', wide: false }),
    )
    const heavy = await trained('heavy', config({ label }, { head: 'multiclass', wide: false }))
    const meanScore = async ({ bundle: directory }: TrainResult): Promise<number> => {
      const bundle = await openBundle(directory)
      const scores = await bundle.score(bundle.encoder.encode(bundle.golden.map(({ row }) => row)))
      await bundle.close()
      return scores.reduce((sum, score) => sum + score, 0) / scores.length
    }
    expect(await meanScore(heavy)).toBeGreaterThan((await meanScore(plain)) + 0.05)
  })
})
