import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config, Encoder, NegativesDeclaration } from '../features/index.js'
import { categorical, createEncoder, cross, list, numeric } from '../features/index.js'
import type { Batch } from './batches.js'
import type { CatalogueItem, NegativeSampler, PreparedData } from './index.js'
import { createBatches, createNegativeSampler, openPrepared, prepare, readCatalogue } from './index.js'

const directory = mkdtempSync(join(tmpdir(), 'widedeep-test-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

const itemCount = 12
const config: Config = {
  data: {
    examples: 'acts.csv',
    label: { column: 'done', atLeast: 1 },
    split: { by: 'random', within: 'user', validation: 0.25, seed: 3 },
    user: 'user',
    item: 'item',
    history: { seen: { of: 'item', last: 5, take: 'others' } },
    negatives: {},
  },
  features: {
    user: { user: categorical(), seen: list(categorical({ sharedWith: 'item' })) },
    item: { item: categorical(), price: numeric(), tags: list(categorical(), { weights: 'tag_weights' }) },
  },
  model: { wide: [cross('seen', 'item', { minCount: 1 })] },
}

let data: PreparedData
let encoder: Encoder
let items: CatalogueItem[]
let batches: Batch[]

/** The same rows whatever the order of work: users of 4 to 10 items out of 12, item i has the price i, the tag t(i mod 3) of weight i and another of weight 1. */
beforeAll(async () => {
  const rows: string[] = []
  for (let user = 0; user < 20; user++)
    for (let index = 0; index < 4 + (user % 7); index++) {
      const item = (user * 5 + index * index) % itemCount
      rows.push(`u${String(user)},i${String(item)},${String(item)},t${String(item % 3)}|all,${String(item)}|1,1`)
    }
  writeFileSync(join(directory, 'acts.csv'), `user,item,price,tags,tag_weights,done\n${rows.join('\n')}\n`)
  await prepare({ config, configDirectory: directory, outDirectory: join(directory, 'prepared') })
  data = openPrepared(join(directory, 'prepared'))
  encoder = createEncoder(config, data.featureState)
  items = (await readCatalogue(data.directory)).items
  batches = []
  for await (const batch of createBatches(data.split('train'), { batchSize: 32, seed: 1, epoch: 0, shuffle: true }))
    batches.push(batch)
})
afterAll(() => {
  data.close()
})

const samplerOf = async (declaration: NegativesDeclaration, seed = 1): Promise<NegativeSampler> =>
  createNegativeSampler({
    declaration,
    encoder,
    items,
    itemFeatures: new Set(['item', 'price', 'tags']),
    keys: await data.split('train').keys(),
    seed,
  })

const noIds = { ids: new Int32Array(0), offsets: null, weights: null }

const tokenOf = (column: string, id: number | undefined): string =>
  encoder.features.get(column)?.tokenOf?.(id ?? 0) ?? '?'

describe('histories of the others', () => {
  it('hold the newest other training rows of the user, never the row itself and never another split', async () => {
    const trained = new Map<string, string[]>()
    const keys = await data.split('train').keys()
    keys.user?.forEach((user, row) =>
      trained.set(user ?? '', [...(trained.get(user ?? '') ?? []), keys.item?.[row] ?? '']),
    )
    for (const split of ['train', 'validation']) {
      const own = await data.split(split).keys()
      const { ids } = await data.split(split).readBlock(0, data.split(split).rowCount)
      own.user?.forEach((user, row) => {
        const { ids: all, offsets } = ids['seen'] ?? { ids: new Int32Array(0), offsets: null }
        const seen = Array.from(all.subarray(offsets?.[row], offsets?.[row + 1]), (id) => tokenOf('seen', id))
        const others = [...(trained.get(user ?? '') ?? [])]
        if (split === 'train') others.splice(others.indexOf(own.item?.[row] ?? ''), 1)
        expect(seen.slice().sort()).toHaveLength(Math.min(5, others.length))
        for (const item of seen) expect(others).toContain(item)
      })
    }
  })

  it('splits within users: everyone keeps the share, to the nearest row', async () => {
    const counts = new Map<string, number[]>()
    for (const [index, split] of ['train', 'validation'].entries())
      for (const user of (await data.split(split).keys()).user ?? []) {
        const own = counts.get(user ?? '') ?? [0, 0]
        own[index] = (own[index] ?? 0) + 1
        counts.set(user ?? '', own)
      }
    expect(counts.size).toBe(20)
    for (const [train = 0, validation = 0] of counts.values())
      expect(Math.abs(validation - 0.25 * (train + validation))).toBeLessThanOrEqual(0.5)
  })
})

describe('sampled negatives', () => {
  for (const sampling of ['uniform', 'popularity', 'inBatch'] as const) {
    it(`${sampling}: keep the user, take all columns of another item, make the crosses anew, never an item acted on`, async () => {
      const sample = await samplerOf({ sampling, perPositive: 3 })
      const keys = await data.split('train').keys()
      const acted = new Set(keys.user?.map((user, row) => `${user ?? ''} ${keys.item?.[row] ?? ''}`))
      for (const batch of batches) {
        const sampled = sample(batch, 0)
        expect(sampled.rowCount).toBe(4 * batch.rowCount)
        expect([...sampled.labels.subarray(0, batch.rowCount)].every((label) => label === 1)).toBe(true)
        expect([...sampled.labels.subarray(batch.rowCount)].every((label) => label === 0)).toBe(true)
        for (let row = 0; row < sampled.rowCount; row++) {
          const { ids, offsets, weights } = sampled.ids['tags'] ?? noIds
          const number = Number(tokenOf('item', sampled.ids['item']?.ids[row]).slice(1))
          expect([...(weights ?? []).slice(offsets?.[row], offsets?.[row + 1])]).toEqual([number, 1])
          expect(weights).toHaveLength(ids.length)
        }
        for (let row = batch.rowCount; row < sampled.rowCount; row++) {
          const source = Math.floor((row - batch.rowCount) / 3)
          const item = tokenOf('item', sampled.ids['item']?.ids[row])
          expect(sampled.ids['user']?.ids[row]).toBe(batch.ids['user']?.ids[source])
          expect(acted.has(`${tokenOf('user', sampled.ids['user']?.ids[row])} ${item}`)).toBe(false)
          const tags = sampled.ids['tags']
          const own = Array.from(tags?.ids.subarray(tags.offsets?.[row], tags.offsets?.[row + 1]) ?? [], (id) =>
            tokenOf('tags', id),
          )
          expect(own).toEqual([`t${String(Number(item.slice(1)) % 3)}`, 'all'])
        }
        expect(sampled.ids).toEqual({ ...sampled.ids, ...encoder.withCrosses(sampled).ids })
      }
    })
  }

  it('all: every item that a user did not act on, once an epoch, dealt out over the positive rows', async () => {
    const sample = await samplerOf({ sampling: 'all' })
    const keys = await data.split('train').keys()
    const acted = new Map<string, Set<string>>()
    keys.user?.forEach((user, row) =>
      acted.set(user ?? '', (acted.get(user ?? '') ?? new Set()).add(keys.item?.[row] ?? '')),
    )
    for (const epoch of [0, 1]) {
      const drawn: string[] = []
      for (const batch of batches) {
        const { ids, rowCount, labels, weights } = sample(batch, epoch)
        for (let row = batch.rowCount; row < rowCount; row++) {
          drawn.push(`${tokenOf('user', ids['user']?.ids[row])} ${tokenOf('item', ids['item']?.ids[row])}`)
          expect([labels[row], weights[row]]).toEqual([0, 1])
        }
      }
      const expected = [...acted].flatMap(([user, own]) =>
        items.filter(({ key }) => !own.has(key)).map(({ key }) => `${user} ${key}`),
      )
      expect(drawn.sort()).toEqual(expected.sort())
    }
  })

  it('are a function of seed, epoch and row, whatever batch a row stands in', async () => {
    const [batch] = batches
    if (!batch) throw new Error('no batch')
    const again = (await samplerOf({}))(batch, 2)
    expect((await samplerOf({}))(batch, 2)).toEqual(again)
    expect((await samplerOf({}))(batch, 3).ids['item']).not.toEqual(again.ids['item'])
    expect((await samplerOf({}, 2))(batch, 2).ids['item']).not.toEqual(again.ids['item'])
    const alone: Batch[] = []
    for await (const one of createBatches(data.split('train'), { batchSize: 1, seed: 1, epoch: 0, shuffle: true }))
      alone.push(one)
    const first = (await samplerOf({}))(alone[0] ?? batch, 2)
    expect([...(first.ids['item']?.ids.subarray(1) ?? [])]).toEqual([
      ...(again.ids['item']?.ids.subarray(batch.rowCount, batch.rowCount + 4) ?? []),
    ])
  })

  it('drawn by popularity reach every item, with the offset that undoes it', async () => {
    const sample = await samplerOf({ sampling: 'popularity', perPositive: 50 })
    const counts = new Map<string, number>()
    const offsets = new Map<string, number>()
    for (const batch of batches)
      for (let epoch = 0; epoch < 20; epoch++) {
        const { ids, offsets: own, rowCount } = sample(batch, epoch)
        for (let row = batch.rowCount; row < rowCount; row++) {
          const item = tokenOf('item', ids['item']?.ids[row])
          counts.set(item, (counts.get(item) ?? 0) + 1)
          offsets.set(item, own[row] ?? 0)
        }
      }
    const masses = new Map(items.map(({ key, positives }) => [key, positives ** 0.75]))
    const total = [...masses.values()].reduce((sum, mass) => sum + mass)
    for (const [item, offset] of offsets)
      expect(offset).toBeCloseTo(-Math.log((itemCount * (masses.get(item) ?? 0)) / total), 5)
    expect(counts.size).toBe(itemCount)
  })

  it('all are refused where users times items would be too many', async () => {
    const keys = await data.split('train').keys()
    const many = Array.from({ length: 10_000_001 }, () => items[0] as CatalogueItem)
    const input = { declaration: { sampling: 'all' } as const, encoder, items: many, itemFeatures: new Set<string>() }
    expect(() => createNegativeSampler({ ...input, keys, seed: 1 })).toThrow('20 users × 10000001 items')
  })

  it('that cannot be drawn weigh nothing', async () => {
    const only = items.slice(0, 1)
    const sample = createNegativeSampler({
      declaration: { perPositive: 2 },
      encoder,
      items: only,
      itemFeatures: new Set(['item']),
      keys: { user: ['a'], item: [only[0]?.key ?? ''], time: new Float64Array(1), label: Float32Array.of(1) },
      seed: 1,
    })
    const [batch] = batches
    if (!batch) throw new Error('no batch')
    const one = {
      ...batch,
      rowCount: 1,
      rows: Uint32Array.of(0),
      labels: Float32Array.of(1),
      weights: Float32Array.of(2),
    }
    expect([...sample(one, 0).weights]).toEqual([2, 0, 0])
  })
})
