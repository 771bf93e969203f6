import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../events/index.js'
import { openStateStore } from '../events/index.js'
import { openUserPasts } from './user-pasts.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-pasts-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

describe('the pasts of users', () => {
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
