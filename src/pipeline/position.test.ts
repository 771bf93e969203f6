/** A policy that shows the worst items first: what position does, and what a model knows that is told the position. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeDirectory, randomInteger, randomUniform } from '../base/index.js'
import type { Config } from '../features/index.js'
import { categorical, validateConfig } from '../features/index.js'
import { openBundle } from '../model/index.js'
import { openCatalogue } from './catalogue.js'
import { prepareData, recommendItems, trainBundle } from './index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-position-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const positions = 6
/** Better items have higher numbers; the policy likes low ones, and the last positions are rarely looked at. */
const quality = (item: number): number => 0.2 + 0.12 * item
const examined = (position: number): number => 1 / position ** 1.5

function rows(count: number): string {
  const lines = Array.from({ length: count }, (_, row) => {
    // Item 0 stands first most of the time, item 5 last.
    const item = randomInteger(1, row, positions)
    const position = randomUniform(2, row) < 0.8 ? item + 1 : 1 + randomInteger(3, row, positions)
    const isClicked = randomUniform(4, row) < quality(item) * examined(position)
    return `u${String(randomInteger(5, row, 20))},i${String(item)},${String(position)},${String(Number(isClicked))}`
  })
  return `user,item,place,clicked\n${lines.join('\n')}\n`
}

const configOf = (
  data: Partial<Config['data']>,
  context: Record<string, ReturnType<typeof categorical>> = {},
): Config => ({
  data: { impressions: 'rows.csv', label: { column: 'clicked' }, user: 'user', item: 'item', ...data },
  features: { user: { user: categorical() }, item: { item: categorical() }, context },
  model: { deep: false },
  training: { batchSize: 256, epochs: 12, seed: 1, threads: 1 },
})

function loadedOf(name: string, config: Config): Parameters<typeof trainBundle>[0] {
  const directory = join(root, name)
  makeDirectory(directory)
  writeFileSync(join(directory, 'rows.csv'), rows(12_000))
  return { config, path: join(directory, 'widedeep.config.ts'), directory }
}

async function rankedBy(name: string, config: Config): Promise<string[]> {
  const loaded = loadedOf(name, config)
  const { bundle } = await trainBundle(loaded, { out: join(loaded.directory, 'bundle') })
  const { items } = await recommendItems({ bundle, user: 'u1', k: positions, keepSeen: true })
  return items.map(({ item }) => item)
}

const told = configOf({ position: { column: 'place' } }, { place: categorical({ values: positions + 1 }) })

describe('position', () => {
  it('as a feature that is constant at serving, lets items be ranked by what they are worth', async () => {
    const better = ['i3', 'i4', 'i5']
    const ranked = await rankedBy('told', told)
    expect([ranked[0], ranked.at(-1)]).toEqual(['i5', 'i0'])
    expect(ranked.slice(0, 3).sort()).toEqual(better)
    // Without it the model takes the policy's word for it.
    expect((await rankedBy('untold', configOf({}))).slice(0, 3).sort()).not.toEqual(better)
  })

  it('is 1 at serving unless the config or the request says otherwise', async () => {
    const bundle = await openBundle(join(root, 'told', 'bundle'))
    try {
      const { ranker } = await openCatalogue(bundle)
      const [plain, first, last] = [
        await ranker.scoreAll({ user: 'u1' }),
        await ranker.scoreAll({ user: 'u1', place: 1 }),
        await ranker.scoreAll({ user: 'u1', place: positions }),
      ]
      expect([...plain]).toEqual([...first])
      expect(last.every((score, item) => score < (first[item] ?? 0))).toBe(true)
    } finally {
      await bundle.close()
    }
  })

  it('beyond what users can have seen leaves a row out, counted', async () => {
    const loaded = loadedOf('seen', configOf({ position: { column: 'place', lastSeen: 4 } }))
    const { rows: counts, warnings } = await prepareData(loaded, { onProgress: () => undefined })
    const kept = rows(12_000)
      .trim()
      .split('\n')
      .slice(1)
      .filter((line) => Number(line.split(',')[2]) <= 4)
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(kept.length)
    expect(warnings.join()).toContain(`${(12_000 - kept.length).toLocaleString('en-US')} of 12,000 rows are left out`)
  })

  it('belongs to the context', () => {
    const config = { ...told, features: { item: { item: categorical(), place: categorical() } } }
    expect(validateConfig(config).map(({ path }) => path)).toEqual(['features.item.place'])
  })
})
