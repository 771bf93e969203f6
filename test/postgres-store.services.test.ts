/** The state store in a real PostgreSQL: `npm run test:services`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../src/events/index.js'
import { openStateStore } from '../src/events/index.js'
import { describeStateStore } from '../src/events/state-store.conformance.js'
import { postgresPrograms, startPostgres } from './postgres-server.js'
import type { PostgresServer } from './postgres-server.js'

const programs = postgresPrograms()
let server: PostgresServer | undefined

beforeAll(async () => {
  if (programs !== null) server = await startPostgres(programs)
})
afterAll(() => server?.stop())

const freshAddress = (): string => server?.createDatabase() ?? ''

describe.skipIf(programs === null)('PostgreSQL (where it is installed)', () => {
  describeStateStore('PostgreSQL', () => {
    const address = freshAddress()
    return { open: (options) => openStateStore(address, options) }
  })

  it('is shared by servers that write at the same time', async () => {
    const address = freshAddress()
    const stores = await Promise.all([1, 2, 3].map(() => openStateStore(address)))
    const base = { time: 1, received: 1 }
    const eventsOf = (server: number, turn: number): LoggedEvent[] => [
      { ...base, id: 'u', type: 'user', user: 'ada', features: { [`f ${String(server)} ${String(turn)}`]: turn } },
      { ...base, id: 'b', type: 'user', user: 'bob', features: { [`f ${String(server)} ${String(turn)}`]: turn } },
      {
        ...base,
        id: 'i',
        type: 'interaction',
        user: 'ada',
        item: `${String(server)} ${String(turn)}`,
        action: 'click',
      },
    ]
    const work = stores.map(async (store, server) => {
      for (let turn = 0; turn < 20; turn++) {
        const events = eventsOf(server, turn)
        await store.apply(turn % 2 ? events : events.reverse(), {
          log: `log ${String(server)}`,
          segment: 1,
          offset: turn,
        })
      }
    })
    await Promise.all(work)
    const [store] = stores
    expect(Object.keys((await store?.user('ada'))?.features ?? {})).toHaveLength(60)
    expect(Object.keys((await store?.user('bob'))?.features ?? {})).toHaveLength(60)
    expect(new Set((await store?.pastOf('ada'))?.map(({ item }) => item)).size).toBe(60)
    expect(await store?.appliedPosition('log 1')).toEqual({ log: 'log 1', segment: 1, offset: 19 })
    await Promise.all(stores.map((one) => one.close()))
  })
})
