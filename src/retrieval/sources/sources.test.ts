/** Every source against brute force on a random log, over a catalogue that lost some items and gained others. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomUniform } from '../../base/index.js'
import type { Config } from '../../features/index.js'
import { categorical, createEncoder, sourceNames } from '../../features/index.js'
import { buildIndexes } from '../build-indexes.js'
import type { Candidate, RetrievalRequest, SourceContext, SourceKind } from '../candidate-source.js'
import type { RetrievalLog } from '../retrieval-log.js'
import { bestSegmentation } from '../segmentation.js'
import { coVisitation, neighboursOf } from './co-visitation.js'
import { fresh } from './fresh.js'
import { sourceKinds } from './index.js'
import { listSources } from './lists.js'
import { everyonesOrder, popular } from './popular.js'

const directory = mkdtempSync(join(tmpdir(), 'widedeep-sources-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

const itemCount = 40
const userCount = 60
const draw = (word: string, index: number, bound: number): number => randomInteger(randomKey(3, word), index, bound)
/** Two countries with tastes of their own, so that segments are worth having. */
const countryOf = (user: number): number => 2 + (user % 2)
const log = randomLog()

function randomLog(): RetrievalLog {
  const histories = Array.from({ length: userCount }, (_, user) => {
    const own = Array.from({ length: draw('length', user, 14) }, (_, at) => {
      const item = Math.floor(itemCount * randomUniform(randomKey(3, 'item', user), at) ** 2)
      return countryOf(user) === 2 ? item : itemCount - 1 - item
    })
    return [...new Set(own)]
  })
  const offsets = new Int32Array(userCount + 1)
  for (const [user, { length }] of histories.entries()) offsets[user + 1] = (offsets[user] ?? 0) + length
  return {
    itemKeys: Array.from({ length: itemCount }, (_, item) => `i${String(item)}`),
    firstSeenMs: Float64Array.from({ length: itemCount }, (_, item) =>
      item === 7 ? NaN : 1000 * draw('seen', item, 30),
    ),
    items: Int32Array.from(histories.flat()),
    histories: { offsets, items: Int32Array.from(histories.flat()) },
    segments: [
      { name: 'noise', idCount: 9, ids: Int32Array.from(histories.flat(), (_, at) => draw('noise', at, 9)) },
      {
        name: 'country',
        idCount: 4,
        ids: Int32Array.from(histories.flatMap((own, user) => own.map(() => countryOf(user)))),
      },
    ],
  }
}

const config: Config = {
  data: { examples: 'x.csv', user: 'user', item: 'item' },
  features: {
    user: { country: categorical({ values: ['de', 'fr'] }) },
    item: { item: categorical({ values: 99 }) },
  },
  retrieval: { lists: { editors: ['i3', 'gone', 'i1'], french: { items: ['i9'], where: { country: ['fr', 'be'] } } } },
}
const encoder = createEncoder(config, {
  columns: { country: { json: {}, arrays: {} }, item: { json: {}, arrays: {} } },
  crosses: {},
})

/** The items of the log in another order, without three of them, and with two new ones. */
const items = [
  { key: 'new', features: {}, addedMs: 29_500 },
  ...log.itemKeys.flatMap((key, item) => (item % 13 === 5 || item === 11 ? [] : { key, features: {} })).reverse(),
  { key: 'later', features: {}, addedMs: 99_000_000 },
  // Known from examples, and the catalogue says when it came.
  { key: 'i11', features: {}, addedMs: 39_999 },
]
const itemIndex = new Map(items.map(({ key }, index) => [key, index]))
const context: SourceContext = {
  directory,
  config,
  encoder,
  items,
  itemIndex,
  places: Int32Array.from(log.itemKeys, (key) => itemIndex.get(key) ?? -1),
  towers: null,
}
buildIndexes(log, directory)

const asked: RetrievalRequest = { user: 'u', row: {}, history: [], nowMs: 40_000 }
const keyOf = (index: number): string => items[index]?.key ?? ''
async function candidates(
  kind: SourceKind,
  request: Partial<RetrievalRequest>,
  k: number,
): Promise<readonly Candidate[]> {
  return (await kind.open(context)?.candidates({ ...asked, ...request }, k)) ?? []
}
/** Best first, ties by place in the catalogue. */
const sorted = (scores: ReadonlyMap<string, number>): [string, number][] =>
  [...scores].sort(([a, x], [b, y]) => y - x || (itemIndex.get(a) ?? 0) - (itemIndex.get(b) ?? 0))

const count = (item: number, keep: (at: number) => boolean = () => true): number =>
  log.items.filter((own, at) => own === item && keep(at)).length
const known = log.itemKeys.filter((key) => itemIndex.has(key))
const itemOf = (key: string): number => log.itemKeys.indexOf(key)

describe('the list of sources', () => {
  it('is the one that a config may name', () => {
    expect(sourceKinds.map(({ name }) => name).sort()).toEqual([...sourceNames].sort())
  })
})

describe('popular', () => {
  const segmentation = bestSegmentation(log)
  const country = segmentation?.column.ids

  it('makes segments of the column that tells something, not of noise', () => {
    expect(segmentation?.column.name).toBe('country')
    expect(bestSegmentation({ ...log, segments: log.segments.slice(0, 1) })).toBeNull()
  })

  it('sorts the items of a segment by their share there, drawn to that of everyone', async () => {
    const m = segmentation?.priorWeight ?? 0
    const total = country?.filter((id) => id === 3).length ?? 0
    const share = (key: string): number => {
      const own = count(itemOf(key), (at) => country?.[at] === 3)
      return (own + (m * count(itemOf(key))) / (log.items.length - 1 + itemCount)) / (total + m)
    }
    const expected = known.map((key) => share(key)).sort((a, b) => b - a)
    const got = await candidates(popular, { row: { country: 'fr' } }, known.length)
    expect(got.map(({ score }) => score)).toEqual(expected.map((score) => expect.closeTo(score, 6) as number))
    for (const { item, score } of got) expect(score).toBeCloseTo(share(keyOf(item)), 6)
  })

  it('gives everyone’s order to whom nothing is known of, and ends with all other items', async () => {
    const got = await candidates(popular, {}, items.length)
    expect(got.map(({ item }) => item)).toEqual(everyonesOrder(context).map(({ item }) => item))
    const scores = new Map(items.map(({ key }) => [key, count(itemOf(key))]))
    expect(got.map(({ item }) => keyOf(item))).toEqual(sorted(scores).map(([key]) => key))
  })

  it('gives each item once, whatever the length', async () => {
    for (const k of [1, 5, 30, items.length]) {
      const got = (await candidates(popular, { row: { country: 'de' } }, k)).map(({ item }) => item)
      expect(new Set(got).size).toBe(k)
    }
  })
})

describe('fresh', () => {
  it('sorts by the moment of the catalogue or of the first example, without what is still to come', async () => {
    const moments = new Map(known.filter((key) => key !== 'i7').map((key) => [key, log.firstSeenMs[itemOf(key)] ?? 0]))
    const expected = sorted(moments.set('new', 29_500).set('i11', 39_999)).map(([key]) => key)
    expect((await candidates(fresh, {}, items.length)).map(({ item }) => keyOf(item))).toEqual(expected)
    expect(await candidates(fresh, { item: 'i1' }, 5)).toEqual([])
  })
})

describe('co-visitation', () => {
  const users = (item: number): Set<number> => {
    const { offsets, items: own } = log.histories
    const has = (user: number): boolean => own.subarray(offsets[user], offsets[user + 1]).includes(item)
    return new Set(Array.from({ length: userCount }, (_, user) => user).filter(has))
  }
  const nearness = (a: number, b: number): number => {
    const both = [...users(a)].filter((user) => users(b).has(user)).length
    return both === 0 ? 0 : ((both / Math.sqrt(users(a).size * users(b).size)) * both) / (both + 5)
  }

  it('gives the neighbours of an item that is asked for', async () => {
    const others = known.filter((key) => key !== 'i2').map((key) => [key, nearness(2, itemOf(key))] as const)
    const expected = sorted(new Map(others.filter(([, score]) => score > 0)))
    const got = await candidates(coVisitation, { item: 'i2', history: ['i9'] }, items.length)
    expect(got.map(({ score }) => score)).toEqual(expected.map(([, score]) => expect.closeTo(score, 6) as number))
    for (const { item, score } of got) expect(score).toBeCloseTo(nearness(2, itemOf(keyOf(item))), 6)
  })

  it('sums over a history, the newest weighing most', async () => {
    const history = ['i1', 'i30', 'unknown', 'i2']
    const got = await candidates(coVisitation, { history }, items.length)
    const weights: [number, number][] = [
      [2, 1],
      [30, 0.97 ** 2],
      [1, 0.97 ** 3],
    ]
    const scoreOf = (item: number): number =>
      weights.reduce((sum, [own, weight]) => sum + (own === item ? 0 : weight * nearness(own, item)), 0)
    expect(got.length).toBe(known.filter((key) => scoreOf(itemOf(key)) > 0).length)
    for (const { item, score } of got) expect(score).toBeCloseTo(scoreOf(itemOf(keyOf(item))), 5)
    expect(got.map(({ score }) => score)).toEqual(got.map(({ score }) => score).sort((a, b) => b - a))
  })

  it('knows nothing of who did nothing, nor of an item that came later', async () => {
    expect(await candidates(coVisitation, {}, 5)).toEqual([])
    expect(await candidates(coVisitation, { item: 'new' }, 5)).toEqual([])
  })

  it('counts the newest 200 items of a long history alone', () => {
    const long = { offsets: Int32Array.of(0, 250), items: Int32Array.from({ length: 250 }, (_, item) => item) }
    const { offsets } = neighboursOf({ histories: long, itemKeys: Array.from({ length: 250 }, String) })
    expect([offsets[50], offsets[51]]).toEqual([0, 100])
  })
})

describe('lists', () => {
  const [editors, french] = listSources(context)

  it('give the items that the catalogue has, in their order', async () => {
    expect((await editors?.candidates(asked, 9))?.map(({ item }) => keyOf(item))).toEqual(['i3', 'i1'])
  })

  it('are for those whom their conditions fit', async () => {
    expect(await french?.candidates({ ...asked, row: { country: 'de' } }, 9)).toEqual([])
    expect((await french?.candidates({ ...asked, row: { country: 'fr' } }, 9))?.length).toBe(1)
  })
})
