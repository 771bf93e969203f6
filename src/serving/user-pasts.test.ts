import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../base/index.js'
import type { LoggedEvent, PastEvent } from '../events/index.js'
import { openStateStore } from '../events/index.js'
import { createPast, liveDefinitions, numeric } from '../features/index.js'
import type { Config } from '../features/index.js'
import { openUserPasts } from './user-pasts.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-pasts-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

describe('the pasts of users', () => {
  it('know each user with each item, as the definitions say it of all events', async () => {
    const config = {
      data: {
        aggregates: {
          shown: { take: 'count', by: ['user', 'item'] },
          sinceClick: { take: 'recency', by: ['user', 'item'], action: 'click', within: '1s' },
          ownRate: { take: 'rate', by: ['item', 'user'], action: 'click' },
          itemRate: { take: 'rate', by: 'item', action: 'click', smoothing: 3 },
          itemClicks: { take: 'count', by: 'item', action: 'click' },
          userClicks: { take: 'count', by: 'user', action: 'click' },
        },
      },
      features: {
        user: { userClicks: numeric() },
        item: { itemClicks: numeric() },
        context: { shown: numeric(), sinceClick: numeric(), ownRate: numeric(), itemRate: numeric() },
      },
    } satisfies Config
    const live = liveDefinitions(config, 1000)
    expect(live.map(({ name }) => name)).not.toContain('itemClicks')
    const store = await openStateStore(join(home, 'pairs.sqlite'))
    const pasts = await openUserPasts(store, live)
    const all = createPast(live)
    const items = Array.from({ length: 6 }, (_, item) => `i${String(item)}`)
    for (let moment = 0; moment < 3000; moment += 10) {
      const draw = (word: string, bound: number): number => randomInteger(randomKey(1, word), moment, bound)
      const [user, item] = [`u${String(draw('user', 4))}`, `i${String(draw('item', 6))}`]
      const event: PastEvent = { user, item, moment, kind: draw('kind', 3) === 0 ? 'click' : null }
      const logged: LoggedEvent = {
        ...{ id: String(moment), time: moment, received: moment, user },
        ...(event.kind === null
          ? { type: 'impression', items: [{ id: item }] }
          : { type: 'interaction', item, action: event.kind }),
      }
      await store.apply([logged], { log: 'log', segment: 1, offset: moment + 1 })
      pasts.record([event])
      all.record(event)
      const past = await pasts.of(user, moment + 5)
      const known = past.withItems(items)
      expect(past.values).toEqual({ userClicks: all.valuesAt({ user, item: null, moment: moment + 5 })['userClicks'] })
      for (const [at, one] of items.entries()) {
        const { userClicks: _, ...expected } = all.valuesAt({ user, item: one, moment: moment + 5 })
        const got = Object.entries(known).map(([name, values]) => [name, Number.isNaN(values[at]) ? null : values[at]])
        expect(Object.fromEntries(got)).toEqual(expected)
      }
    }
    await store.close()
  })

  it('hold the newest events of a user who never stops, and no more than fit', async () => {
    const store = await openStateStore(join(home, 'state.sqlite'))
    const pasts = await openUserPasts(store, [])
    await pasts.of('ada', 0)
    const lengths: number[] = []
    for (let moment = 0; moment < 12_000; moment += 500) {
      const items = Array.from({ length: 500 }, (_, at) => `i${String(moment + at)}`)
      const events = items.map((item, at): LoggedEvent => {
        const time = moment + at
        return { id: item, time, received: time, type: 'interaction', user: 'ada', item, action: 'click' }
      })
      await store.apply(events, { log: 'log', segment: 1, offset: moment + 1 })
      pasts.record(items.map((item, at) => ({ user: 'ada', item, moment: moment + at, kind: 'click' })))
      const { acted } = await pasts.of('ada', moment + 500)
      expect(acted.slice(-1000)).toEqual(
        Array.from({ length: Math.min(1000, moment + 500) }, (_, at) => `i${String(Math.max(0, moment - 500) + at)}`),
      )
      lengths.push(acted.length)
    }
    expect(Math.max(...lengths)).toBeLessThanOrEqual(4000)
    expect(lengths.at(-1)).toBeGreaterThanOrEqual(1000)
    await store.close()
  })
})
