/** A model that learns from weights alone, from files to a bundle and back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDirectory, randomInteger, randomUniform } from '../base/index.js'
import { readCatalogue } from '../data/index.js'
import type { Config } from '../features/index.js'
import { categorical, list } from '../features/index.js'
import { openBundle } from '../model/index.js'
import { evaluateBundle, recommendItems, trainBundle } from './index.js'
import type { TrainResult } from './index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-weights-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const itemCount = 150

/** Every item has the same two genres; it is liked where the first weighs more, but for a twentieth of the rows. */
function rowsOf(count: number, seed: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const item = randomInteger(seed, 3 * row, itemCount)
    const first = Math.round(1000 * randomUniform(77, item)) / 1000
    const isLiked = first > 0.5 !== randomUniform(seed, 3 * row + 1) < 0.05
    const user = randomInteger(seed, 3 * row + 2, 9)
    return `${String(Number(isLiked))},u${String(user)},i${String(item)},rock|jazz,${String(first)}|${String(1 - first)}`
  })
  return `liked,user,item,genres,genre_weights\n${rows.join('\n')}\n`
}

const configOf = (genres: ReturnType<typeof list>): Config => ({
  data: {
    examples: 'rows.csv',
    test: 'test.csv',
    label: { column: 'liked' },
    split: { by: 'random', validation: 0.1 },
    user: 'user',
    item: 'item',
  },
  features: { user: { user: categorical() }, item: { genres } },
  model: { deep: { embedding: 4, hidden: [8] } },
  training: { batchSize: 64, epochs: 4, seed: 1, threads: 1 },
})

const loadedOf = (name: string, config: Config): Parameters<typeof trainBundle>[0] => {
  const directory = join(root, name)
  return { config, path: join(directory, 'widedeep.config.ts'), directory }
}

async function trained(name: string, config: Config): Promise<TrainResult> {
  const loaded = loadedOf(name, config)
  const { directory } = loaded
  makeDirectory(directory)
  writeFileSync(join(directory, 'rows.csv'), rowsOf(3000, 1))
  writeFileSync(join(directory, 'test.csv'), rowsOf(1000, 2))
  return trainBundle(loaded, { out: join(directory, 'bundle') })
}

describe('a model of weighted lists', () => {
  const loaded = loadedOf('weighted', configOf(list(categorical(), { weights: 'genre_weights' })))
  let result: TrainResult
  beforeAll(async () => {
    result = await trained('weighted', loaded.config)
  }, 60_000)

  it('learns what the weights alone tell, and nothing without them', async () => {
    expect(result.metrics['auc']).toBeGreaterThan(0.9)
    const plain = await trained('plain', configOf(list(categorical())))
    expect(plain.metrics['auc']).toBeLessThan(0.6)
  })

  it('scores raw rows and files as the trainer did, after it was written and opened', async () => {
    const bundle = await openBundle(result.bundle)
    try {
      const scores = await bundle.score(bundle.encoder.encode(bundle.golden.map(({ row }) => row)))
      expect([...scores]).toEqual(bundle.golden.map(({ score }) => score))
      expect(new Set(scores).size).toBeGreaterThan(20)
    } finally {
      await bundle.close()
    }
    const file = join(root, 'weighted', 'test.csv')
    const fromFile = await evaluateBundle({ bundle: result.bundle, files: [file] })
    const fromCache = await evaluateBundle({ bundle: result.bundle, loaded, split: 'test' })
    expect(fromFile.metrics).toEqual(fromCache.metrics)
    expect(fromFile.metrics['auc']).toBeGreaterThan(0.9)
  })

  it('ranks the items of its catalogue by their weights, with the scores that their rows get', async () => {
    const { items } = await recommendItems({ bundle: result.bundle, user: 'u1', k: itemCount, keepSeen: true })
    const catalogue = await readCatalogue(join(result.bundle, 'catalogue'))
    const bundle = await openBundle(result.bundle)
    try {
      const rows = items.map(({ item }) => ({
        ...catalogue.items.find(({ key }) => key === item)?.features,
        user: 'u1',
      }))
      const scores = await bundle.score(bundle.encoder.encode(rows))
      expect(items.map(({ score }) => score)).toEqual([...scores])
      const first = items.slice(0, 50).map(({ item }) => randomUniform(77, Number(item.slice(1))))
      expect(Math.min(...first)).toBeGreaterThan(0.5)
    } finally {
      await bundle.close()
    }
  })
})
