import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStateStore } from './open-state-store.js'
import { describeStateStore } from './state-store.conformance.js'

const freshPath = (): string => join(mkdtempSync(join(tmpdir(), 'widedeep-store-')), 'below', 'state.db')

describeStateStore('SQLite', () => {
  const path = freshPath()
  return { open: (options) => openStateStore(`sqlite:${path}`, options) }
})

describe('a state store in SQLite', () => {
  it('is as it was before a change that fails', async () => {
    const path = freshPath()
    const store = await openStateStore(path)
    const user = { id: 'ada', features: { a: 1 } }
    await store.addUsers([user])
    const moment = Number.NaN
    const event = {
      id: '1',
      time: 1,
      received: moment,
      type: 'interaction',
      user: 'bob',
      item: 'a',
      action: 'c',
    } as const
    const change = { id: '2', time: 1, received: 1, type: 'user', user: 'ada', features: { a: 2 } } as const
    const failing = store.apply([change, event], { log: 'log', segment: 1, offset: 1 })
    await expect(failing).rejects.toMatchObject({ code: 'EVENTS_STORE_FAILED', exitCode: 5 })
    expect(await store.user('ada')).toEqual(user)
    expect(await store.appliedPosition('log')).toBeNull()
    await store.apply([change], { log: 'log', segment: 1, offset: 1 })
    expect(await store.user('ada')).toEqual({ id: 'ada', features: { a: 2 } })
    await store.close()
  })

  it('does not let the write-ahead log grow while it is read', async () => {
    const path = freshPath()
    const store = await openStateStore(path)
    const items = Array.from({ length: 5000 }, (_, id) => ({
      ...{
        id: `app ${String(id)}`,
        title: null,
        isHidden: false,
        featuresText: JSON.stringify({ text: 'x'.repeat(200) }),
      },
    }))
    for (let round = 0; round < 12; round++) {
      await store.putItems(items)
      expect(await store.item('app 7')).not.toBeNull()
      for await (const page of store.items()) if (page.length > 0) break
    }
    // Twelve times what the file has in all would be over 12 MB.
    expect(statSync(`${path}-wal`).size).toBeLessThan(6e6)
    await store.close()
  })

  it('says what is wrong with a file that is no store, or with an address', async () => {
    const path = freshPath()
    await (await openStateStore(path)).close()
    rmSync(`${path}-wal`, { force: true })
    writeFileSync(path, 'not a database'.repeat(1000))
    await expect(openStateStore(path)).rejects.toMatchObject({ code: 'EVENTS_STORE_FAILED' })
    await expect(openStateStore('mysql://host/db')).rejects.toMatchObject({ code: 'EVENTS_STORE_UNKNOWN', exitCode: 2 })
    const refused = openStateStore('postgres://ada:secret@127.0.0.1:1/none')
    await expect(refused).rejects.toMatchObject({ code: 'EVENTS_STORE_FAILED' })
    await expect(refused).rejects.not.toThrow('secret')
  })
})
