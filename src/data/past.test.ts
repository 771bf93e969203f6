import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { permutation, randomInteger, randomKey } from '../base/index.js'
import { createPast, liveDefinitions } from '../features/index.js'
import type { PastEvent, PastValue } from '../features/index.js'
import { categorical, list, numeric, validateConfig } from '../features/index.js'
import type { Config } from '../features/index.js'
import { openDatabase } from '../sql/index.js'
import { noBadRows } from './bad-rows.js'
import { makeExamples } from './labelled-table.js'

const directory = mkdtempSync(join(tmpdir(), 'widedeep-past-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

const aggregates: NonNullable<Config['data']['aggregates']> = {
  shownToUser: { take: 'count', by: 'user' },
  shownLately: { take: 'count', by: ['user', 'item'], within: '2m' },
  installsOfItem: { take: 'count', by: 'item', action: 'install', within: '5m' },
  anythingOfUser: { take: 'count', by: 'user', action: ['click', 'install'] },
  clickRate: { take: 'rate', by: 'item', action: 'click', within: '10m' },
  ownRate: { take: 'rate', by: ['user', 'item'], action: ['click', 'install'], smoothing: 2.5 },
  bareRate: { take: 'rate', by: 'user', action: 'install', smoothing: 0 },
  sinceClick: { take: 'recency', by: 'user', action: 'click' },
  sinceShown: { take: 'recency', by: ['item', 'user'], within: '90s' },
}
const config: Config = {
  data: {
    impressions: 'impressions.csv',
    actions: { from: 'actions.csv', kind: 'kind', known: 'known' },
    label: { action: 'install', within: '1s' },
    user: 'user',
    item: 'item',
    time: 'at',
    history: {
      installed: { of: 'item', action: 'install', last: 4 },
      touched: { of: 'item', action: ['click', 'install'], last: 3 },
    },
    aggregates,
  },
  features: {
    user: { installed: list(categorical({ sharedWith: 'item' })), touched: list(categorical({ sharedWith: 'item' })) },
    item: { item: categorical() },
    context: Object.fromEntries(Object.keys(aggregates).map((name) => [name, numeric()])),
  },
}

/** Logs of a thousand requests and six hundred actions, with ties; a third of the actions is known late. */
function randomLogs(seed: number): { shown: PastEvent[]; done: (PastEvent & { at: number })[] } {
  const draw = (word: string, index: number, bound: number): number =>
    randomInteger(randomKey(seed, word), index, bound)
  const start = 1_767_225_600
  const event = (word: string, index: number): Omit<PastEvent, 'kind'> => ({
    user: `u${String(draw(`${word} user`, index, 12))}`,
    item: `i${String(draw(`${word} item`, index, 9))}`,
    moment: start + draw(`${word} time`, index, 900),
  })
  return {
    shown: Array.from({ length: 1000 }, (_, index) => ({ ...event('shown', index), kind: null })),
    done: Array.from({ length: 600 }, (_, index) => {
      const { user, item, moment } = event('done', index)
      const delay = draw('late', index, 3) === 0 ? draw('delay', index, 200) : 0
      const kind = ['click', 'install', 'share'][draw('kind', index, 3)] ?? ''
      return { user, item, at: moment, moment: moment + delay, kind }
    }),
  }
}

/** The values of each impression as preparation computes them from the files. */
async function prepared({ shown, done }: ReturnType<typeof randomLogs>): Promise<Record<string, PastValue>[]> {
  const lines = shown.map(({ user, item, moment }) => `${user},${item},${String(moment)}`)
  writeFileSync(join(directory, 'impressions.csv'), `user,item,at\n${lines.join('\n')}\n`)
  const acts = done.map(({ user, item, at, kind, moment }) => [user, item, at, kind, moment].join(','))
  writeFileSync(join(directory, 'actions.csv'), `user,item,at,kind,known\n${acts.join('\n')}\n`)
  const database = await openDatabase({ threads: 2 })
  try {
    const reader = { database, temporaryDirectory: directory, badRows: noBadRows() }
    const input = { config, configDirectory: directory, files: { examples: ['impressions.csv'] } }
    const { columns } = await makeExamples(reader, input, 'train')
    const names = [...Object.keys(config.data.history ?? {}), ...Object.keys(aggregates)]
    const select = names.map((name) => `${columns.get(name) ?? ''} AS ${name}`)
    const rows = await database.rows(`SELECT __row, ${select.join(', ')} FROM examples ORDER BY __row`)
    const values: Record<string, PastValue>[] = []
    for (const row of rows) {
      const own = names.map((name): [string, PastValue] => {
        const value = row[name]
        if (Array.isArray(value)) return [name, value.map(String)]
        return [name, typeof value === 'number' ? value : name in aggregates ? null : []]
      })
      values[Number(row['__row'])] = Object.fromEntries(own)
    }
    return values
  } finally {
    database.close()
  }
}

const definitions = liveDefinitions(config, 1)

describe('the past', () => {
  it('is declared without a fault', () => {
    expect(validateConfig(config)).toEqual([])
  })

  it('of a thousand requests is at serving what it is in training, exactly', async () => {
    const logs = randomLogs(1)
    const training = await prepared(logs)
    const past = createPast(definitions)
    const end = Math.max(...logs.done.map(({ moment }) => moment), ...logs.shown.map(({ moment }) => moment))
    // As they happen: requests ask before they are recorded, actions are recorded when they become known.
    const stream = [
      ...logs.done.map((event) => ({ event, row: -1 })),
      ...logs.shown.map((event, row) => ({ event, row })),
    ]
    stream.sort((a, b) => a.event.moment - b.event.moment)
    let compared = 0
    for (const { event, row } of stream) {
      if (row >= 0 && event.moment <= end - 1) {
        expect([row, past.valuesAt(event)]).toEqual([row, training[row]])
        compared++
      }
      past.record(event)
    }
    expect(compared).toBeGreaterThan(990)
    // The test would be idle if all of them were empty.
    const known = (name: string): unknown[] => training.map((one) => one[name])
    for (const { name } of definitions)
      expect(new Set(known(name).map((one) => JSON.stringify(one))).size).toBeGreaterThan(5)
  })

  it('is the same in whatever order events arrive, but for the order of those of one moment', async () => {
    const logs = randomLogs(2)
    const training = await prepared(logs)
    const past = createPast(definitions)
    const all: PastEvent[] = [...logs.shown, ...logs.done]
    for (const index of permutation(all.length, 7))
      past.record(all[index] ?? all[0] ?? { ...(logs.shown[0] as PastEvent) })
    const numbersOf = (values: Record<string, PastValue>): unknown =>
      Object.fromEntries(Object.entries(values).map(([name, one]) => [name, Array.isArray(one) ? one.length : one]))
    for (const [row, values] of training.entries()) {
      const request = logs.shown[row]
      // The impressions of the last second are too young to be examples.
      if (request && values) expect(numbersOf(past.valuesAt(request))).toEqual(numbersOf(values))
    }
  })

  it('knows nothing of what comes later, nor of what was only known later: any change from a moment on changes no example up to it', async () => {
    for (const seed of [3, 4, 5]) {
      const { shown, done } = randomLogs(seed)
      const before = await prepared({ shown, done })
      const cut = 1_767_225_600 + 100 + randomInteger(randomKey(seed, 'cut'), 0, 700)
      const another = (index: number): string => `i${String(index % 9)}`
      const changed = {
        shown: shown.map((one, index) => (one.moment > cut ? { ...one, item: another(index), user: 'u0' } : one)),
        done: done.flatMap((one, index) => {
          if (one.moment < cut) return [one]
          // Gone; or another item, another kind, and known at another moment from the cut on.
          return index % 3 === 0 ? [] : [{ ...one, item: another(index), kind: 'install', moment: cut + (index % 50) }]
        }),
      }
      const after = await prepared(changed)
      const kept = [...shown.keys()].filter((row) => (shown[row]?.moment ?? 0) <= cut)
      expect(kept.length).toBeGreaterThan(50)
      expect(kept.map((row) => after[row])).toEqual(kept.map((row) => before[row]))
      expect(after).not.toEqual(before)
    }
  })

  it('is by hand: counts, a rate drawn to that of everyone, and seconds', () => {
    const past = createPast(liveDefinitions(config, 1000))
    const at = (seconds: number): number => seconds * 1000
    const shown = (user: string, item: string, seconds: number): PastEvent => ({
      user,
      item,
      moment: at(seconds),
      kind: null,
    })
    for (const second of [0, 10, 20, 30]) past.record(shown('a', 'x', second))
    past.record(shown('b', 'y', 40))
    past.record({ user: 'a', item: 'x', moment: at(25), kind: 'click' })
    const values = past.valuesAt({ user: 'a', item: 'x', moment: at(30) })
    // Strictly before second 30: three impressions of x (of everyone, too) and one click.
    expect(values['shownToUser']).toBe(3)
    expect(values['clickRate']).toBe((1 + 20 * (1 / 3)) / 23)
    expect(values['ownRate']).toBe((1 + 2.5 * (1 / 3)) / 5.5)
    expect(values['bareRate']).toBe(0)
    expect(values['sinceClick']).toBe(5)
    expect(values['sinceShown']).toBe(10)
    expect(past.valuesAt({ user: 'a', item: 'x', moment: at(125) })['sinceShown']).toBeNull()
    expect(past.valuesAt({ user: null, item: 'x', moment: at(30) })['sinceClick']).toBeNull()
    expect(past.valuesAt({ user: 'c', item: 'z', moment: at(30) })).toMatchObject({
      shownToUser: 0,
      clickRate: 1 / 3,
      installed: [],
    })
  })
})
