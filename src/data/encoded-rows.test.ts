import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomUniform } from '../base/index.js'
import type { Config, RawValue } from '../features/index.js'
import { bucketized, categorical, createEncoder, cross, list, numeric } from '../features/index.js'
import { encodeFiles, openPrepared, prepare } from './index.js'

const directory = mkdtempSync(join(tmpdir(), 'widedeep-test-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

const oddTexts = [
  'a',
  'b',
  "it's",
  'say "hi"',
  'x|y',
  'a,b',
  'tab\there',
  'line\nbreak',
  'ünï→😀',
  'NULL',
  'null',
  'nan',
  '1.0',
  '1',
  '0',
  '-0',
  '\\N',
  '%_*',
  'z'.repeat(5000),
  ' inner  space ',
  "'; DROP TABLE examples; --",
]

function randomRows(count: number, seed: number): Record<string, RawValue>[] {
  const key = randomKey(seed)
  let counter = 0
  const below = (bound: number): number => randomInteger(key, counter++, bound)
  const text = (): string => (below(3) === 0 ? `t${String(below(200))}` : (oddTexts[below(oddTexts.length)] ?? ''))
  const maybe = (make: () => RawValue): RawValue => (below(8) === 0 ? (below(2) === 0 ? null : '') : make())
  return Array.from({ length: count }, () => ({
    label: below(2),
    text: maybe(text),
    rare: maybe(() => `r${String(below(1000))}`),
    hashed: maybe(text),
    hour: maybe(() => String(below(30))),
    price: below(8) === 0 ? null : Math.round(randomUniform(key, counter++) * 1e4) / 100 - 20,
    count: below(9) === 0 ? null : below(50),
    flag: below(5) === 0 ? null : below(2) === 1,
    words: maybe(() => Array.from({ length: below(4) }, text).join('|')),
    tags: below(6) === 0 ? null : Array.from({ length: below(5) }, () => (below(9) === 0 ? null : text())),
    numbers: below(6) === 0 ? null : Array.from({ length: below(5) }, () => below(12)),
  })).map((row) => ({
    ...row,
    word_weights: maybe(() => oddWeights(lengthOf(row.words), below).join('|')),
    tag_weights: below(6) === 0 ? null : oddWeights(lengthOf(row.tags), below),
  }))
}

const lengthOf = (list: RawValue): number =>
  typeof list === 'string' && list !== '' ? list.split('|').length : Array.isArray(list) ? list.length : 0

/** As many weights as a list has values, but for a few too many, missing or negative ones. */
function oddWeights(count: number, below: (bound: number) => number): (number | null)[] {
  const length = below(20) === 0 ? count + 1 : count
  const odd = [null, -1, -0, 1e300, 1e-50]
  return Array.from({ length }, () => (below(12) === 0 ? (odd[below(odd.length)] ?? null) : below(40) / 8))
}

const config = (examples: string): Config => ({
  data: {
    examples,
    label: { column: 'label' },
    split: { by: 'random', validation: 0.2, test: 0.1, seed: 3 },
    format: { badRows: 1 },
  },
  features: {
    text: categorical(),
    rare: categorical({ minCount: 3 }),
    hashed: categorical({ hashBuckets: 64 }),
    hour: categorical({ values: 24 }),
    price: numeric({ normalize: 'quantiles' }),
    count: numeric({ normalize: 'zscore' }),
    flag: categorical(),
    words: list(categorical(), { maximumLength: 2, weights: 'word_weights' }),
    tags: list(categorical({ sharedWith: 'text' }), { weights: 'tag_weights' }),
    plain: list(categorical({ sharedWith: 'text' }), { from: 'tags' }),
    numbers: list(categorical({ minCount: 2 })),
    bucket: bucketized({ boundaries: [-1, 1] }),
  },
  model: {
    wide: [
      cross('text', 'rare', { minCount: 1 }),
      cross('tags', 'hour'),
      cross('words', 'numbers', { hashBuckets: 100 }),
    ],
  },
})

describe('encoded rows', () => {
  for (const seed of [1, 2]) {
    it(`are what the encoder makes of the raw rows, whatever stands in them (seed ${String(seed)})`, async () => {
      const rows = randomRows(3000, seed).map((row, index): Record<string, RawValue> => ({
        ...row,
        bucket: index % 5 === 0 ? null : (index % 7) - 3,
      }))
      const path = join(directory, `rows-${String(seed)}.ndjson`)
      writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'))
      const outDirectory = join(directory, `prepared-${String(seed)}`)
      await prepare({ config: config(path), configDirectory: directory, outDirectory })
      const prepared = openPrepared(outDirectory)
      const encoder = createEncoder(prepared.config, prepared.featureState)
      expect(prepared.columns).toEqual(encoder.columns)
      const encoded = await encodeFiles({
        config: config(path),
        configDirectory: directory,
        state: prepared.featureState,
        files: [path],
      })
      const block = await encoded.dataset.readBlock(0, rows.length)
      const expected = encoder.encode(rows)
      expect(block.rowCount).toBe(rows.length)
      for (const { name } of encoder.columns) {
        expect(block.ids[name], name).toEqual(expected.ids[name])
        expect(block.numbers[name], name).toEqual(expected.numbers[name])
      }
      expect(block.ids['plain']).toEqual({ ...block.ids['tags'], weights: null })
      expect(new Set(block.ids['tags']?.weights).size).toBeGreaterThan(20)
      expect(Array.from(block.labels)).toEqual(rows.map((row) => row['label']))
      await encoded.close()
    })
  }

  it('learn from the training split only', async () => {
    const rows = randomRows(2000, 9).map((row, index) => ({ ...row, text: `only${String(index)}`, bucket: 1 }))
    const path = join(directory, 'only.ndjson')
    writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'))
    const outDirectory = join(directory, 'prepared-only')
    const { rows: counts } = await prepare({ config: config(path), configDirectory: directory, outDirectory })
    const prepared = openPrepared(outDirectory)
    const validation = await prepared.split('validation').readBlock(0, counts['validation'] ?? 0)
    expect([...new Set(validation.ids['text']?.ids)]).toEqual([1])
    const train = await prepared.split('train').readBlock(0, counts['train'] ?? 0)
    expect(new Set(train.ids['text']?.ids).size).toBe(counts['train'])
    const samples = await prepared.sampleRows(10)
    expect(createEncoder(prepared.config, prepared.featureState).encode(samples).ids['tags']).toEqual(
      (await prepared.split('train').readBlock(0, 10)).ids['tags'],
    )
  })

  it('count rows of the training split only', async () => {
    const path = join(directory, 'counts.csv')
    const rows = ['train,often', 'train,often', 'train,once', 'validation,once', 'validation,once', 'test,once']
    writeFileSync(path, `label,split,text\n${rows.map((row) => `1,${row}`).join('\n')}\n`)
    const outDirectory = join(directory, 'prepared-counts')
    const counted: Config = {
      data: { examples: path, label: { column: 'label' }, split: { by: 'column', column: 'split' } },
      features: { text: categorical({ minCount: 2 }) },
    }
    await prepare({ config: counted, configDirectory: directory, outDirectory })
    const train = await openPrepared(outDirectory).split('train').readBlock(0, 3)
    expect(Array.from(train.ids['text']?.ids ?? [])).toEqual([2, 2, 1])
  })
})
