/** From a config and a file to proposed crosses: the whole way, once. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomUniform } from '../../base/index.js'
import type { Config } from '../../features/index.js'
import { bucketized, categorical, cross, list, numeric } from '../../features/index.js'
import type { LoadedConfig } from '../config-file.js'
import { trainBundle } from '../train.js'
import { candidateColumns, openPairs } from './candidates.js'
import { proposeCrosses } from './propose.js'
import { blockStarts } from './read-rows.js'

const shades = ['red', 'green', 'blue', 'grey']

/** Labels that only shade and weekday together explain; the test rows say the opposite and must not be looked at. */
function writeExamples(directory: string): void {
  const lines = ['shade,day,age,tags,rank,split,label']
  const key = randomKey(11, 'rows')
  for (let row = 0; row < 6000; row++) {
    const draw = (word: number, bound: number): number => randomInteger(key, 8 * row + word, bound)
    const [shade, day] = [draw(0, 4), draw(1, 7)]
    const split = row % 3 === 0 ? 'validation' : row % 3 === 1 ? 'train' : 'test'
    const isOdd = ((shade + day) % 2 === 1) !== (split === 'test')
    const label = randomUniform(key, 8 * row + 2) < (isOdd ? 0.65 : 0.35) ? 1 : 0
    const cells = [
      shades[shade],
      `d${String(day)}`,
      draw(3, 80),
      `t${String(draw(4, 3))}|t${String(draw(5, 9))}`,
      draw(6, 99),
    ]
    lines.push([...cells, split, label].join(','))
  }
  writeFileSync(join(directory, 'rows.csv'), `${lines.join('\n')}\n`)
}

const config: Config = {
  data: { examples: 'rows.csv', label: { column: 'label' }, split: { by: 'column', column: 'split' } },
  features: {
    shade: categorical(),
    day: categorical(),
    age: bucketized({ boundaries: [20, 40, 60] }),
    tags: list(categorical()),
    rank: numeric(),
  },
  model: { wide: [cross('shade', 'age')], deep: false },
  training: { epochs: 2, batchSize: 128 },
}

describe('proposing crosses', () => {
  it('trains, finds the pair in the file, names its tuples and leaves the test rows alone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'widedeep-crosses-'))
    writeExamples(directory)
    const loaded: LoadedConfig = { config, path: join(directory, 'widedeep.config.ts'), directory }
    const { bundle } = await trainBundle(loaded, { out: join(directory, 'model') })
    const result = await proposeCrosses(loaded, { bundle, maxValues: 50 })
    expect(result).toMatchObject({ rows: { training: 2000, validation: 2000 }, pairs: 5 })
    expect(result.skipped.map(({ name }) => name)).toEqual(['rank'])
    expect(result.proposed).toHaveLength(1)
    const [first] = result.proposed
    expect(first).toMatchObject({ features: ['shade', 'day'], tuples: 28, coverage: 1 })
    expect(first?.low).toBeGreaterThan(0)
    expect(result.config).toBe("crosses: [cross('shade', 'day')]")
    expect(result.logLoss.before - result.logLoss.after).toBeCloseTo(first?.gain ?? 0, 10)
    for (const { values, weight } of first?.strongest ?? []) {
      const parity = shades.indexOf(values[0] ?? '') + Number(values[1]?.slice(1))
      expect(Math.sign(weight)).toBe(parity % 2 === 1 ? 1 : -1)
    }
    const crossed: Config = { ...config, model: { wide: [cross('shade', 'age'), cross('day', 'shade')], deep: false } }
    await expect(proposeCrosses({ ...loaded, config: crossed }, { bundle })).resolves.toBeDefined()
    const other: Config = {
      ...config,
      features: { ...config.features, day: categorical({ values: ['d1'] }) },
    }
    await expect(proposeCrosses({ ...loaded, config: other }, { bundle })).rejects.toMatchObject({
      code: 'PIPELINE_BUNDLE_FOREIGN',
    })
  })

  it('refuses a regression head, sampled negatives and an empty validation split', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'widedeep-crosses-'))
    writeExamples(directory)
    const loaded: LoadedConfig = { config, path: join(directory, 'widedeep.config.ts'), directory }
    const squared: Config = { ...config, model: { ...config.model, head: 'regression' } }
    await expect(proposeCrosses({ ...loaded, config: squared })).rejects.toMatchObject({
      code: 'PIPELINE_HEAD_NOT_BINARY',
    })
    const sampled: Config = { ...config, data: { ...config.data, negatives: {} } }
    await expect(proposeCrosses({ ...loaded, config: sampled })).rejects.toMatchObject({
      code: 'PIPELINE_CROSSES_NEGATIVES',
    })
    const all: Config = { ...config, data: { ...config.data, split: { by: 'random', validation: 0, test: 0.1 } } }
    await expect(
      proposeCrosses({ ...loaded, config: { ...all, training: { validationShare: 0 } } }),
    ).rejects.toMatchObject({
      code: 'PIPELINE_VALIDATION_MISSING',
    })
  })
})

describe('candidates', () => {
  const shape = { kind: 'ids', idCount: 9, isMultivalent: false, combiner: 'sum' } as const
  const columns = ['shade', 'day', 'age'].map((name) => ({ name, shape }))

  it('are features of ids with few values, in every pair that is not crossed, whatever the order', () => {
    expect(candidateColumns(config, columns, 8).columns).toEqual([])
    expect(candidateColumns(config, columns, 9).columns).toHaveLength(3)
    const ids = new Int32Array(0)
    const crossable = columns.map(({ name }) => ({ name, idCount: 9, ids, offsets: null }))
    const wide = { model: { wide: [cross('age', 'shade'), cross('shade', 'day', 'age')] } }
    const pairs = openPairs(wide, crossable).map(([a, b]) => `${a.name} ${b.name}`)
    expect(pairs).toEqual(['shade day', 'day age'])
  })

  it('are read from all blocks, or from blocks at even distances', () => {
    expect(blockStarts(20_000, 1e6)).toEqual([0, 8192, 16_384])
    expect(blockStarts(8192 * 10, 8192 * 4)).toEqual([0, 2, 5, 7].map((block) => block * 8192))
    expect(blockStarts(0, 1e6)).toEqual([])
  })
})
