/** What every state store promises; SQLite keeps it in each run of the tests, PostgreSQL under `npm run test:services`. */
import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../base/index.js'
import type { LogPosition } from './log-position.js'
import type { LoggedEvent } from './logged-event.js'
import type { PastEvent } from './past-definition.js'
import type { StateStore, StateStoreOptions, StoredItem } from './state-store.js'

/** Opens a store that nothing was ever put into; `again` opens the same one later. */
export interface FreshStore {
  open(options?: StateStoreOptions): Promise<StateStore>
}

type Given<T extends LoggedEvent['type']> = Omit<Extract<LoggedEvent, { type: T }>, 'id' | 'time' | 'received' | 'type'>

let made = 0
const event = <T extends LoggedEvent['type']>(type: T, received: number, given: Given<T>): LoggedEvent =>
  ({ id: `e${String(made++)}`, time: received, received, type, ...given }) as unknown as LoggedEvent

const at = (offset: number, log = 'log'): LogPosition => ({ log, segment: 1, offset })

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(...page)
  return found
}

export function describeStateStore(name: string, fresh: () => FreshStore): void {
  describe(`a state store in ${name}`, () => {
    it('knows nothing at first', async () => {
      const store = await fresh().open()
      expect(await store.item('app')).toBeNull()
      expect(await store.user('ada')).toBeNull()
      expect(await store.pastOf('ada')).toEqual([])
      expect(await store.appliedPosition('log')).toBeNull()
      expect(await all(store.items())).toEqual([])
      expect(await all(store.past(0))).toEqual([])
      expect(await store.counts()).toEqual({ items: 0, users: 0, pastEvents: 0 })
      await store.close()
    })

    it('merges features over those it has, and keeps everything over a restart', async () => {
      const place = fresh()
      let store = await place.open()
      await store.apply(
        [event('user', 1, { user: 'ada', features: { age: 30, langs: ['de', 'en'], city: null } })],
        at(1),
      )
      await store.apply(
        [
          event('user', 2, { user: 'ada', features: { age: null, 'a "quoted" name': "it's" } }),
          event('user', 2, { user: 'ada', features: { score: 0.1 } }),
          event('item', 3, { item: 'app', title: 'An app', features: { size: 1e21, deep: { b: 1 } } }),
        ],
        at(2),
      )
      await store.apply([event('item', 4, { item: 'app', isHidden: true, features: { deep: { a: 1 } } })], at(3))
      await store.close()
      store = await place.open()
      const features = { langs: ['de', 'en'], 'a "quoted" name': "it's", score: 0.1 }
      expect(await store.user('ada')).toEqual({ id: 'ada', features })
      const featuresText = JSON.stringify({ size: 1e21, deep: { a: 1 } })
      const item = { id: 'app', title: 'An app', isHidden: true, featuresText }
      expect(await store.item('app')).toEqual(item)
      expect(await store.appliedPosition('log')).toEqual(at(3))
      expect(await store.appliedPosition('another log')).toBeNull()
      await store.close()
    })

    it('remembers what users were shown and did: lists as soon as they are served, but nothing that they had already', async () => {
      const store = await fresh().open()
      await store.apply(
        [
          event('impression', 10, {
            ...{ user: 'ada', items: [{ id: 'a' }, { id: 'b', position: 2 }], requestId: 'q' },
            confirmed: [{ id: 'c' }],
          }),
          event('impression', 11, { user: 'ada', items: [], confirmed: [{ id: 'a' }], requestId: 'q' }),
          event('interaction', 12, { user: 'ada', item: 'b', action: 'install' }),
          event('interaction', 11, { user: 'bob', item: 'a', action: 'click', value: 2 }),
          event('served', 13, {
            ...{ requestId: 'r', user: 'ada', model: { version: '1' }, context: {}, userFeatures: {} },
            items: [{ id: 'c', position: 1, score: 0.5 }],
          }),
          event('served', 14, {
            ...{ requestId: 's', user: null, model: { version: '1' }, context: {}, userFeatures: {} },
            items: [{ id: 'd', position: 1, score: 0.5 }],
          }),
        ],
        at(1),
      )
      const ofAda = [
        { user: 'ada', item: 'a', moment: 10, kind: null },
        { user: 'ada', item: 'b', moment: 10, kind: null },
        { user: 'ada', item: 'b', moment: 12, kind: 'install' },
        { user: 'ada', item: 'c', moment: 13, kind: null },
      ]
      const ofBob = { user: 'bob', item: 'a', moment: 11, kind: 'click' }
      expect(await store.pastOf('ada')).toEqual(ofAda)
      expect(await all(store.past(11))).toEqual([ofBob, ...ofAda.slice(2)])
      expect(await all(store.past(0))).toEqual([...ofAda.slice(0, 2), ofBob, ...ofAda.slice(2)])
      expect(await store.newestLists(2)).toEqual([
        { user: 'ada', requestId: 'r', items: ['c'] },
        { user: 'ada', requestId: 'q', items: ['a', 'b'] },
      ])
      expect(await store.newestLists(1)).toHaveLength(1)
      expect(await store.counts()).toEqual({ items: 0, users: 0, pastEvents: 4 })
      await store.close()
    })

    it('keeps the newest impressions and actions of a user, however they come in batches', async () => {
      const store = await fresh().open({ pastPerUser: 7 })
      const key = randomKey(3, 1)
      const kept = new Map<string, PastEvent[]>()
      let counter = 0
      const next = (below: number): number => randomInteger(key, counter++, below)
      for (let moment = 0, batch = 1; batch <= 40; batch++) {
        const events = Array.from({ length: next(12) }, () => {
          const [user, item] = [`user ${String(next(3))}`, `item ${String(next(5))}`]
          const action = next(2) === 0 ? null : 'click'
          moment++
          const ofKind = kept.get(`${user} ${String(action)}`) ?? []
          kept.set(`${user} ${String(action)}`, [...ofKind, { user, item, moment, kind: action }].slice(-7))
          return action === null
            ? event('impression', moment, { user, items: [{ id: item }] })
            : event('interaction', moment, { user, item, action })
        })
        await store.apply(events, at(batch))
      }
      const expected = [...kept.values()].flat().sort((a, b) => a.moment - b.moment)
      expect(expected.length).toBe(42)
      expect(await all(store.past(0))).toEqual(expected)
      expect(await store.pastOf('user 1')).toEqual(expected.filter(({ user }) => user === 'user 1'))
      await store.close()
    })

    it('keeps the newest when fewer are to be kept than before, or more', async () => {
      const place = fresh()
      const momentsAfter = async (pastPerUser: number, moments: readonly number[]): Promise<number[]> => {
        const store = await place.open({ pastPerUser })
        for (const moment of moments)
          await store.apply([event('interaction', moment, { user: 'ada', item: 'a', action: 'click' })], at(moment))
        const found = (await store.pastOf('ada')).map(({ moment }) => moment)
        await store.close()
        return found
      }
      expect(await momentsAfter(4, [0, 1, 2, 3, 4, 5])).toEqual([2, 3, 4, 5])
      expect(await momentsAfter(3, [])).toEqual([3, 4, 5])
      expect(await momentsAfter(3, [6, 7])).toEqual([5, 6, 7])
      expect(await momentsAfter(5, [8, 9, 10])).toEqual([6, 7, 8, 9, 10])
    })

    it('deletes a user by a tombstone, by name, and not what comes after', async () => {
      const store = await fresh().open()
      const click = (user: string): LoggedEvent => event('interaction', 5, { user, item: 'a', action: 'click' })
      const features = (user: string, age: number): LoggedEvent => event('user', 5, { user, features: { age } })
      await store.apply([click('eve'), features('eve', 1), features('bob', 1), click('bob')], at(1))
      const erased = event('erased', 6, { user: 'eve' })
      await store.apply([click('eve'), event('user', 6, { user: 'eve', features: { city: 'x' } }), erased], at(2))
      expect([await store.user('eve'), await store.pastOf('eve')]).toEqual([null, []])
      await store.apply([features('eve', 3), click('eve')], at(3))
      await store.apply(
        [features('eve', 2), erased, click('eve'), event('user', 7, { user: 'eve', features: { a: 1 } })],
        at(4),
      )
      expect(await store.user('eve')).toEqual({ id: 'eve', features: { a: 1 } })
      expect(await store.pastOf('eve')).toHaveLength(1)
      expect(await store.counts()).toEqual({ items: 0, users: 2, pastEvents: 2 })
      await store.close()
    })

    it('adds users whom it has not, and never those who were erased, whatever came between', async () => {
      const place = fresh()
      let store = await place.open()
      const erased = event('erased', 1, { user: 'eve \0' })
      await store.apply([event('user', 1, { user: 'bob', features: { age: 1 } }), erased], at(1))
      await store.close()
      store = await place.open()
      await store.addUsers(['ada', 'bob', 'eve \0'].map((id) => ({ id, features: { age: 2 } })))
      expect(await store.user('ada')).toEqual({ id: 'ada', features: { age: 2 } })
      expect(await store.user('bob')).toEqual({ id: 'bob', features: { age: 1 } })
      expect(await store.user('eve \0')).toBeNull()
      await store.apply([event('user', 2, { user: 'eve \0', features: { age: 3 } }), erased], at(2))
      await store.addUsers([{ id: 'eve \0', features: { age: 4 } }])
      expect(await store.user('eve \0')).toBeNull()
      await store.close()
    })

    it('takes a catalogue in bulk, in the place of what was there, and gives it back by id', async () => {
      const store = await fresh().open()
      const item = (id: number, size: number): StoredItem => ({
        ...{ id: `app ${String(id)}`, title: id % 2 ? `App ${String(id)}` : null, isHidden: id % 3 === 0 },
        featuresText: JSON.stringify({ size, old: true }),
      })
      const count = 12_001
      await store.putItems(Array.from({ length: count }, (_, id) => item(id, 0)))
      await store.putItems([item(7, 1), item(7, 2)])
      const users = Array.from({ length: 2001 }, (_, id) => ({ id: `user ${String(id)}`, features: { id } }))
      await store.addUsers(users)
      const items = await all(store.items())
      const byId = [...items].sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)))
      expect(items.map(({ id }) => id)).toEqual(byId.map(({ id }) => id))
      expect(new Set(items.map(({ id }) => id)).size).toBe(count)
      expect(await store.item('app 7')).toEqual(item(7, 2))
      expect(await store.item('app 12000')).toEqual(item(12_000, 0))
      expect(await store.user('user 1234')).toEqual(users[1234])
      expect(await store.counts()).toMatchObject({ items: count, users: 2001 })
      await store.close()
    })

    it('holds any text', async () => {
      const store = await fresh().open()
      const texts = [
        "it's",
        'a "b" \\ %_',
        '\u00fc\u4e2d\ud83d\ude00',
        'nul\0nul',
        'half \ud800',
        '$1 ?1 $& --',
        '\n\r\t',
      ]
      for (const text of texts) {
        const features = { [text]: text }
        await store.apply(
          [
            event('user', 1, { user: text, features }),
            event('item', 1, { item: text, title: text, features }),
            event('interaction', 1, { user: text, item: text, action: text }),
          ],
          at(1),
        )
        expect((await store.user(text))?.features).toEqual(features)
        expect(JSON.parse((await store.item(text))?.featuresText ?? '')).toEqual(features)
        expect(await store.pastOf(text)).toHaveLength(1)
      }
      expect((await store.item('nul\0nul'))?.title).toBe('nul\ufffdnul')
      await store.close()
    })

    it('applies what it is given at the same time, one after the other', async () => {
      const store = await fresh().open()
      const one = (index: number): LoggedEvent =>
        event('user', 1, { user: 'ada', features: { [`f${String(index)}`]: index } })
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.apply([one(index)], at(index, `log ${String(index)}`))),
      )
      expect(Object.keys((await store.user('ada'))?.features ?? {})).toHaveLength(20)
      await store.close()
    })
  })
}
