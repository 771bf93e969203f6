import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { followLog } from './follow-log.js'
import type { LoggedEvent } from './logged-event.js'
import { openEventLog } from './open-event-log.js'
import { openStateStore } from './open-state-store.js'

const freshHome = (): string => mkdtempSync(join(tmpdir(), 'widedeep-follow-'))

const click = (id: number, user = 'ada'): LoggedEvent => ({
  ...{ id: String(id), time: id, received: id, type: 'interaction' },
  ...{ user, item: 'app', action: 'click' },
})

const served = (id: number): LoggedEvent => ({
  ...{ type: 'served', id: String(id), time: id, received: id, requestId: String(id), user: 'ada' },
  ...{ model: { version: '1' }, context: {}, userFeatures: {}, items: [] },
})

describe('followLog', () => {
  it('applies every event once, however often it is called, and goes on after a restart', async () => {
    const home = freshHome()
    let [log, store] = [
      await openEventLog(join(home, 'log'), { segmentBytes: 20_000 }),
      await openStateStore(join(home, 's')),
    ]
    let { catchUp } = followLog(log, store)
    await log.append(Array.from({ length: 700 }, (_, id) => click(id)))
    await Promise.all([catchUp(), catchUp()])
    expect(await store.counts()).toMatchObject({ pastEvents: 700 })
    await log.append([click(700), click(1)])
    await Promise.all([store.close(), log.close()])
    ;[log, store] = [await openEventLog(join(home, 'log')), await openStateStore(join(home, 's'))]
    ;({ catchUp } = followLog(log, store))
    const asked = catchUp()
    await log.append([click(701)])
    await Promise.all([asked, catchUp()])
    expect((await store.pastOf('ada')).map(({ moment }) => moment)).toEqual(Array.from({ length: 702 }, (_, id) => id))
    expect(await store.appliedPosition(log.id)).toEqual(log.end())
    await log.append([click(800, 'eve')])
    await catchUp()
    await log.erase('eve')
    await catchUp()
    expect(await store.pastOf('eve')).toEqual([])
    await Promise.all([store.close(), log.close()])
  })

  it('applies served lists in their place, and reads nothing again', async () => {
    const home = freshHome()
    const [log, store] = [await openEventLog(join(home, 'log')), await openStateStore(join(home, 's'))]
    const heard: string[] = []
    const { catchUp } = followLog(log, store, (events) => {
      heard.push(...events.map(({ id }) => id))
      return Promise.resolve()
    })
    await log.append([served(1), click(2), served(3)])
    await catchUp()
    await log.append([served(4), served(5)])
    await catchUp()
    expect(heard).toEqual(['1', '2', '3', '4', '5'])
    expect(await store.appliedPosition(log.id)).toEqual(log.end())
    await Promise.all([store.close(), log.close()])
  })

  it('refuses a log that has less than the store has applied', async () => {
    const home = freshHome()
    const store = await openStateStore(join(home, 's'))
    const log = await openEventLog(join(home, 'log'))
    await log.append([click(1)])
    await store.apply([click(1)], { ...log.end(), offset: log.end().offset + 1 })
    const { catchUp } = followLog(log, store)
    await expect(catchUp()).rejects.toMatchObject({ code: 'EVENTS_POSITION_FOREIGN', exitCode: 3 })
    await Promise.all([store.close(), log.close()])
  })
})
