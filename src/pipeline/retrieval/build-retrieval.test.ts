/** From logs to candidates: a small simulated store, trained, opened again, and asked. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulatedExamples } from '../../../test/simulated-examples.js'
import { openPrepared, readCatalogue } from '../../data/index.js'
import type { CatalogueItem } from '../../data/index.js'
import type { Config } from '../../features/index.js'
import { categorical } from '../../features/index.js'
import { openRetrieval } from '../../retrieval/index.js'
import type { Retrieval, RetrievalRequest } from '../../retrieval/index.js'
import { simulate } from '../../simulator/index.js'
import { checkedConfig } from '../config-file.js'
import { evaluateBundle } from '../evaluate.js'
import { preparedDirectory } from '../prepare.js'
import type { TrainResult } from '../train.js'
import { trainBundle } from '../train.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-retrieval-'))
const config: Config = {
  data: {
    ...simulatedExamples,
    time: 'timestamp',
    split: { by: 'time', validation: 0.1, test: 0.2 },
  },
  features: {
    user: { country: categorical(), language: categorical() },
    item: { app: categorical(), category: categorical() },
    context: { hour: categorical({ values: 24 }) },
  },
  model: { deep: { embedding: 4, hidden: [8] } },
  training: { batchSize: 128, epochs: 1, threads: 1, seed: 1 },
  retrieval: { k: 30, lists: { editors: ['a7'] } },
}
const loaded = { config: checkedConfig(config, 'config'), path: join(home, 'widedeep.config.ts'), directory: home }
const asked: RetrievalRequest = { user: null, row: {}, history: [], nowMs: Number.MAX_SAFE_INTEGER }
let trained: TrainResult
let items: CatalogueItem[]
let retrieval: Retrieval

beforeAll(async () => {
  simulate({ directory: home, users: 300, apps: 120, impressions: 9000, labelled: true, baseLogit: -1.5 })
  trained = await trainBundle(loaded, { out: join(home, 'model', 'bundle') })
  items = (await readCatalogue(join(trained.bundle, 'catalogue'))).items
  retrieval = await openRetrieval(trained.bundle, { items })
})
afterAll(async () => {
  await retrieval.close()
  rmSync(home, { recursive: true, force: true })
})

const keys = (indices: Iterable<number>): string[] => Array.from(indices, (item) => items[item]?.key ?? '')

describe('training', () => {
  it('writes indexes into the bundle, under its manifest', () => {
    const { files } = JSON.parse(readFileSync(join(trained.bundle, 'manifest.json'), 'utf8')) as { files: object }
    const named = Object.keys(files).filter((file) => file.startsWith('retrieval/'))
    expect(named).toContain('retrieval/towers/items.f32')
    expect(named).toContain('retrieval/popular-positives.i32')
    expect(trained.retrieval?.items).toBe(items.length)
  })

  it('builds them from the training split alone', async () => {
    const data = openPrepared(preparedDirectory(loaded))
    const train = data.split('train')
    const { label, item } = await train.keys()
    const counts = items.map(({ key }) => item?.filter((own, row) => own === key && (label[row] ?? 0) > 0).length ?? 0)
    const file = readFileSync(join(trained.bundle, 'retrieval', 'popular-positives.i32'))
    expect(items.map((_, at) => file.readInt32LE(4 * at))).toEqual(counts)
    expect(trained.retrieval?.positives).toBe(counts.reduce((sum, count) => sum + count, 0))
    data.close()
  })

  it('does the same again from the same seed', async () => {
    const again = await trainBundle(loaded, { out: join(home, 'again', 'bundle') })
    const vectors = (bundle: string): Buffer => readFileSync(join(bundle, 'retrieval', 'towers', 'items.f32'))
    expect(vectors(again.bundle).equals(vectors(trained.bundle))).toBe(true)
  })
})

describe('candidates', () => {
  it('are as many as the config says, pinned ones first, none excluded', async () => {
    const exclude = new Set([3, 4, 5])
    const { items: found, sources } = await retrieval.retrieve(asked, { exclude })
    expect(found.length).toBe(30)
    expect([keys(found)[0], sources[0]]).toEqual(['a7', 'editors'])
    expect([...found].some((item) => exclude.has(item))).toBe(false)
    expect(new Set(sources)).toEqual(new Set(['editors', 'learned', 'popular', 'fresh']))
  })

  it('are there in number whatever is excluded', async () => {
    const learned = retrieval.sources.find(({ name }) => name === 'learned')
    const best = (await learned?.candidates(asked, 60))?.map(({ item }) => item) ?? []
    const { sources } = await retrieval.retrieve(asked, { k: 30, exclude: new Set(best) })
    expect(sources.length).toBe(30)
    // 29 places beside the pinned one, of which 0.7 of 1 (0.7 + 0.1 + 0.15 + 0.05, nothing by co-visitation or like an item).
    expect(sources.filter((source) => source === 'learned').length).toBeGreaterThan(20)
  })

  it('differ by what is known of the user, and by nothing else', async () => {
    const of = async (row: RetrievalRequest['row']): Promise<string[]> =>
      keys((await retrieval.retrieve({ ...asked, row }, { k: 20, exclude: new Set() })).items)
    expect(await of({ country: 'de', hour: 3 })).toEqual(await of({ country: 'de', hour: 3 }))
    expect(await of({ country: 'de', hour: 3 })).not.toEqual(await of({ country: 'us', hour: 20 }))
  })

  it('like an item come from its neighbours, and popular ones fill the rest', async () => {
    const { sources } = await retrieval.retrieve({ ...asked, item: 'a1' }, { k: items.length, exclude: new Set() })
    expect(sources.length).toBe(items.length)
    expect(new Set(sources)).toEqual(new Set(['editors', 'similar', 'co-visitation', 'popular']))
  })

  it('can be items that training did not know, by their content', async () => {
    const known = items.find(({ key }) => key === 'a1')
    const cold = { key: 'brand-new', features: { ...known?.features, app: 'brand-new' }, addedMs: 1 }
    const wider = await openRetrieval(trained.bundle, { items: [cold, ...items.slice(5)] })
    const request = { ...asked, item: 'brand-new' }
    const { items: found, sources } = await wider.retrieve(request, { k: 10, exclude: new Set([0]) })
    expect(sources.filter((source) => source === 'similar').length).toBe(9)
    // Another item with the same content but for its name would be the same to the tower.
    const twin = { ...cold, key: 'twin', features: { ...cold.features, app: 'twin' } }
    const both = await openRetrieval(trained.bundle, { items: [cold, ...items.slice(5), twin] })
    const nearest = await both.sources.find(({ name }) => name === 'similar')?.candidates(request, 1)
    expect(nearest?.[0]?.item).toBe(items.length - 4)
    expect(nearest?.[0]?.score).toBeCloseTo(1, 5)
    expect(found.length).toBe(10)
    await wider.close()
    await both.close()
  })
})

describe('evaluate', () => {
  it('says of each source and of the union how much of what users liked it brings', async () => {
    const { retrieval: report } = await evaluateBundle({ bundle: trained.bundle, loaded })
    expect(report?.k).toEqual([50])
    expect(Object.keys(report?.recall ?? {})).toEqual([
      'random',
      'editors',
      'learned',
      'co-visitation',
      'popular',
      'fresh',
      'union',
    ])
    expect(report?.recall['popular']?.[0]).toBeCloseTo(await popularRecall(50), 10)
    const of = (name: string): number => report?.recall[name]?.[0] ?? Number.NaN
    expect(of('random')).toBeGreaterThan(0.3)
    expect(of('union')).toBeGreaterThan(of('random'))
    expect(of('union')).toBeLessThanOrEqual(1)
  })
})

/** Recall of popular items by its definition, from the rows of the splits. */
async function popularRecall(k: number): Promise<number> {
  const data = openPrepared(preparedDirectory(loaded))
  const likes = async (split: string): Promise<Map<string, Set<string>>> => {
    const { user, item, label } = await data.split(split).keys()
    const byUser = new Map<string, Set<string>>()
    for (const [row, key] of (user ?? []).entries())
      if (label[row] === 1) byUser.set(key ?? '', (byUser.get(key ?? '') ?? new Set()).add(item?.[row] ?? ''))
    return byUser
  }
  const [before, after] = [await likes('train'), await likes('test')]
  const { users } = await readCatalogue(join(trained.bundle, 'catalogue'))
  const popular = retrieval.sources.find(({ name }) => name === 'popular')
  const recalls: number[] = []
  for (const [key, liked] of after) {
    const fresh = [...liked].filter((item) => !before.get(key)?.has(item))
    if (fresh.length === 0) continue
    const row = users.find((user) => user.key === key)?.features ?? {}
    const all = keys(((await popular?.candidates({ ...asked, row }, items.length)) ?? []).map(({ item }) => item))
    const first = all.filter((item) => !before.get(key)?.has(item)).slice(0, k)
    recalls.push(fresh.filter((item) => first.includes(item)).length / fresh.length)
  }
  data.close()
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length
}
