import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../../base/index.js'
import { categorical, createEncoder, cross, list, numeric, validateConfig } from '../../features/index.js'
import type { Config } from '../../features/index.js'
import type { PrepareResult } from '../index.js'
import { openPrepared, prepare, readCatalogue } from '../index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-days-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const day = 86_400
const start = 1_767_225_600

/** Header and lines of a file by its name. */
type Files = Readonly<Record<string, readonly string[]>>

/**
 * Logs of five days: users and items that come later, ties at midnight, requests, installs up to five hours after their impression
 * (or of nothing that was shown), clicks that are known late.
 */
function randomDays(seed: number): Files[] {
  const draw = (word: string, index: number, bound: number): number =>
    randomInteger(randomKey(seed, word), index, bound)
  const days = Array.from({ length: 5 }, (): { impressions: string[]; actions: string[] } => ({
    impressions: [],
    actions: [],
  }))
  const dayOf = (moment: number): number => Math.min(4, Math.floor((moment - start) / day))
  for (let id = 0; id < 750; id++) {
    const place = Math.floor(id / 150)
    const moment = start + place * day + (id % 30 === 0 ? 0 : draw('moment', id, day / 60) * 60)
    // Some users come often, others on a few days only.
    const user = id % 5 === 0 ? `v${String(draw('user', id, 30))}` : `u${String(draw('user', id, 8 + 3 * place))}`
    const item = `i${String(draw('item', id, 6 + 4 * place))}`
    const request = `r${String(Math.floor(id / 3))}`
    days[place]?.impressions.push(
      [
        id,
        user,
        item,
        request,
        moment,
        draw('click', id, 2),
        ['a', 'a|b', 'b|c|d', ''][draw('tags', id, 4)],
        `m${String(draw('mood', id, 5))}`,
        moment + draw('heard', id, 2) * draw('hearing', id, day),
        draw('seen', id, 6) > 0,
      ].join(','),
    )
    if (draw('acted', id, 2) === 0) {
      const kind = ['click', 'install', 'share'][draw('kind', id, 3)] ?? ''
      const at = moment + draw('delay', id, 5 * 60) * 60
      const known = kind === 'install' ? at : at + draw('late', id, 2) * draw('lateness', id, day)
      const shown = draw('stray', id, 8) === 0 ? `i${String(draw('other', id, 12))}` : item
      const asked = draw('asked', id, 2) === 0 ? request : ''
      days[dayOf(known)]?.actions.push([user, shown, at, kind, known, asked].join(','))
    }
  }
  return days.map(({ impressions, actions }) => ({
    impressions: [impressionColumns, ...impressions],
    actions: ['user,item,at,kind,known,request', ...actions],
  }))
}

const impressionColumns = 'id,user,item,request,at,clicked,tags,mood,heard,seen'

const writeDay = (home: string, files: Files, place: number): void => {
  for (const [name, lines] of Object.entries(files)) {
    mkdirSync(join(home, name), { recursive: true })
    writeFileSync(join(home, name, `day-${String(place)}.csv`), `${lines.join('\n')}\n`)
  }
}

const prepareInto = (home: string, config: Config, out = 'prepared'): Promise<PrepareResult> =>
  prepare({ config, configDirectory: home, outDirectory: join(home, out) })

/** Every example by its id: where it is, and all that is encoded of it, ids by what they stand for. */
async function examplesIn(directory: string): Promise<Map<number, Record<string, unknown>>> {
  const prepared = openPrepared(directory)
  const encoder = createEncoder(prepared.config, prepared.featureState)
  const tokenOf = (name: string, id: number): unknown => {
    const tuple = encoder.crosses.get(name)
    if (!tuple) return encoder.features.get(name)?.tokenOf?.(id) ?? (id === 0 ? 'missing' : 'unknown')
    const ids = tuple.tupleOf(id)
    return ids ? tuple.declaration.features.map((part, index) => tokenOf(part, ids[index] ?? 0)).join(' & ') : 'unknown'
  }
  const examples = new Map<number, Record<string, unknown>>()
  for (const split of ['train', 'validation', 'test']) {
    const dataset = prepared.split(split)
    const block = await dataset.readBlock(0, dataset.rowCount)
    const { user, item, time } = await dataset.keys()
    for (let row = 0; row < dataset.rowCount; row++) {
      const example: Record<string, unknown> = {
        split,
        label: block.labels[row],
        weight: block.weights[row],
        user: user?.[row],
        item: item?.[row],
        time: time[row],
      }
      for (const [name, { ids, offsets }] of Object.entries(block.ids)) {
        const own = offsets ? ids.subarray(offsets[row], offsets[row + 1]) : ids.subarray(row, row + 1)
        example[`of ${name}`] = Array.from(own, (id) => tokenOf(name, id))
      }
      for (const [name, values] of Object.entries(block.numbers)) {
        const width = values.length / dataset.rowCount
        const [number, isMissing] = values.subarray(row * width, (row + 1) * width)
        // What stands for a missing number is learned once, on the first days.
        example[`of ${name}`] = isMissing === 1 ? ['missing'] : [number]
      }
      examples.set((example['of id'] as number[])[0] ?? -1, example)
    }
  }
  prepared.close()
  return examples
}

/** `actual` with what `whole` knows wherever it had no name for a token when its row became final; counts those. */
function withLaterNames(actual: unknown, whole: unknown, found: { later: number }): unknown {
  if (!Array.isArray(actual) || !Array.isArray(whole) || actual.length !== whole.length) return actual
  return actual.map((value, index): unknown => {
    if (!String(value).includes('unknown') || value === whole[index]) return value
    found.later++
    return whole[index]
  })
}

async function expectSame(home: string, extended: string, whole: string): Promise<void> {
  const [actual, expected] = [await examplesIn(join(home, extended)), await examplesIn(join(home, whole))]
  expect([...actual.keys()].sort((a, b) => a - b)).toEqual([...expected.keys()].sort((a, b) => a - b))
  const found = { later: 0 }
  let named = 0
  for (const [id, example] of expected) {
    const own = actual.get(id) ?? {}
    const isFinal = example['split'] === 'train'
    const completed = Object.fromEntries(
      Object.entries(own).map(([name, value]) => [name, isFinal ? withLaterNames(value, example[name], found) : value]),
    )
    expect(completed).toEqual(example)
    named += Object.values(example).flat().length
  }
  // Only what histories hold of items that training saw later.
  expect(found.later).toBeLessThan(0.02 * named)
  const byKey = <T extends { key: string }>(all: readonly T[]): T[] => all.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const [catalogue, all] = [await readCatalogue(join(home, extended)), await readCatalogue(join(home, whole))]
  expect(byKey(catalogue.items)).toEqual(byKey(all.items))
  expect(byKey(catalogue.users)).toEqual(byKey(all.users))
}

/** Prepares the first days at once and the others one by one, and after each compares with a preparation of all days so far. */
async function compareDays(config: Config, seed: number, more: readonly Files[] = []): Promise<PrepareResult[]> {
  const first = 3
  expect(validateConfig(config)).toEqual([])
  const home = mkdtempSync(join(root, 'case-'))
  const days = [...randomDays(seed), ...more]
  const results: PrepareResult[] = []
  for (const [place, files] of days.entries()) {
    writeDay(home, files, place)
    if (place + 1 < first) continue
    results.push(await prepareInto(home, config))
    if (place + 1 === first) continue
    await prepareInto(home, config, `whole-${String(place)}`)
    await expectSame(home, 'prepared', `whole-${String(place)}`)
  }
  return results
}

const features: Config['features'] = {
  user: { user: categorical(), mood: categorical() },
  item: { item: categorical(), tags: list(categorical()) },
  context: { id: numeric() },
}
const keys = { user: 'user', item: 'item', time: 'at' } as const

const logs: Config = {
  data: {
    impressions: 'impressions/*.csv',
    actions: { from: 'actions/*.csv', kind: 'kind', known: 'known', request: 'request' },
    label: { action: 'install', within: '6h' },
    ...keys,
    split: { by: 'time', validation: '12h', test: '1d' },
  },
  features,
  model: { wide: { crosses: [cross('user', 'item', { minCount: 1 })] } },
}

const withData = (data: Partial<Config['data']>, more: Partial<Config> = {}): Config => ({
  ...logs,
  ...more,
  data: { ...logs.data, ...data },
})

/** Two aggregates over windows, two over all of the past, of actions known late, of impressions and of pairs. */
const aggregates: NonNullable<Config['data']['aggregates']> = {
  rate: { take: 'rate', by: 'item', action: ['click', 'install'], within: '1d' },
  shown: { take: 'count', by: ['user', 'item'] },
  lately: { take: 'count', by: 'user', action: 'click', within: '36h' },
  since: { take: 'recency', by: 'item', action: 'install' },
  sincePair: { take: 'recency', by: ['user', 'item'] },
  clicks: { take: 'count', by: 'item', action: 'click' },
}
/** Its actions are kept beside the counts that hold them, and must not count twice. */
const clicked = { of: 'item', action: 'click', last: 5 } as const

describe('days that come one by one give what all of them at once do', () => {
  it('with labels of actions: the last impression, by request or user, and histories of actions', async () => {
    const history = {
      clicked: { of: 'item', action: ['click', 'share'], last: 4 },
      installed: { of: 'item', action: 'install', last: 2 },
    }
    const lists = Object.fromEntries(
      Object.keys(history).map((name) => [name, list(categorical({ sharedWith: 'item' }))]),
    )
    const config = withData({ history }, { features: { ...features, user: { ...features['user'], ...lists } } })
    // The last file brings one impression and moves no border: nothing more trains.
    const late = `9999,u0,i0,r,${String(start + 5 * day - 60)},0,a,m0,,true`
    const results = await compareDays(config, 1, [{ impressions: [impressionColumns, late] }])
    expect(results.map(({ extension }) => extension?.files)).toEqual([undefined, 2, 2, 1])
    expect(results.at(-1)?.rows['train']).toBe(results.at(-2)?.rows['train'])
    expect(results.every(({ fromTheBeginning }) => fromTheBeginning === undefined)).toBe(true)
  })

  it('with weights, credit to the first impression, a gap and shares of all rows', async () => {
    const label = { action: { click: 1, install: 5 }, within: '20h', credit: 'first' } as const
    const split = { by: 'time', validation: 0.1, test: 0.15, gap: '2h' } as const
    await compareDays(withData({ label, split, actions: { from: 'actions/*.csv', kind: 'kind' } }), 2)
  })

  it('with counts, rates and recency, over windows and over all of the past', async () => {
    const context = {
      ...features['context'],
      ...Object.fromEntries(Object.keys(aggregates).map((name) => [name, numeric()])),
    }
    await compareDays(withData({ aggregates, history: { clicked } }, { features: { ...features, context } }), 3)
  })

  it('with impressions that are known late, or that nobody saw', async () => {
    const context = {
      ...features['context'],
      ...Object.fromEntries(Object.keys(aggregates).map((name) => [name, numeric()])),
    }
    const impressions = { from: 'impressions/*.csv', known: 'heard', seen: 'seen' }
    const split = { by: 'time', validation: '12h', test: '1d', gap: '2h' } as const
    for (const label of [{ action: 'install', within: '6h' }, { column: 'clicked' }]) {
      const config = withData({ impressions, label, split, aggregates }, { features: { ...features, context } })
      const results = await compareDays(config, 5)
      expect(results.map(({ extension }) => extension !== undefined)).toEqual([false, true, true])
    }
  })

  it('with labels of their own, histories of rows and the default cut', async () => {
    const config: Config = {
      data: {
        examples: 'impressions/*.csv',
        label: { column: 'clicked' },
        ...keys,
        history: { liked: { of: 'item', where: { column: 'clicked', atLeast: 1 }, last: 3 } },
      },
      features: { ...features, user: { ...features['user'], liked: list(categorical({ sharedWith: 'item' })) } },
    }
    const results = await compareDays(config, 4)
    expect(results.map(({ extension }) => extension?.rows)).toEqual([undefined, 150, 150])
  })
})
