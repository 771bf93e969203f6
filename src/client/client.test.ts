/** The typed client against a real server, and through proxies that fail as networks do. */
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { trainServedBundle } from '../../test/served-bundle.js'
import { createServer } from '../serving/index.js'
import type { Server } from '../serving/index.js'
import { createClient } from './index.js'
import type { Client, ClientEvent, RequestError } from './index.js'
import type { Config } from '../features/index.js'

const key = 'a key of the tests, with all roles'
let server: Server
let url = ''
let client: Client

beforeAll(async () => {
  const home = freshDirectory()
  const bundle = await trainServedBundle(home)
  const keys = join(home, 'keys.json')
  writeFileSync(keys, JSON.stringify({ keys: [{ key, roles: ['admin'] }] }))
  server = await createServer({
    models: { bundle },
    directory: join(home, 'state'),
    port: 0,
    threads: 1,
    keys,
    deadlineMs: 30_000,
  })
  url = await server.listen()
  client = createClient({ url: `${url}/`, key })
}, 120_000)

afterAll(async () => {
  await server.close()
})

async function faultOf(asked: Promise<unknown>): Promise<RequestError> {
  const error: unknown = await asked.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'RequestError' })
  return error as RequestError
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

async function listening(listener: Listener): Promise<string> {
  const http = createHttpServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  await new Promise((resolve) => http.once('listening', resolve))
  return `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`
}

const install = (user: string, item: string): ClientEvent<Config> => ({
  type: 'interaction',
  user,
  item,
  action: 'install',
})

describe('the client', () => {
  it('recommends, goes on, ranks and explains', async () => {
    const first = await client.recommend({ user: 'u1', k: 4, context: { hour: 20, device: 'phone' } })
    expect(first.items).toHaveLength(4)
    const next = await client.nextPage(first.requestId, { k: 3 })
    expect(next.items.map(({ rank }) => rank)).toEqual([5, 6, 7])
    const ids = first.items.map(({ id }) => id)
    const ranked = await client.rank({ user: 'u1', items: [...ids].reverse(), context: { hour: 20, device: 'phone' } })
    expect(ranked.items.map(({ id }) => id)).toEqual(ids)
    const { items } = await client.explain({ user: 'u1', items: ids.slice(0, 1) })
    expect(items[0]?.id).toBe(ids[0])
    const { logit, baseline, parts } = items[0]?.explanation ?? { logit: 0, baseline: { logit: 0 }, parts: [] }
    expect(parts.reduce((sum, { contribution }) => sum + contribution, baseline.logit)).toBeCloseTo(logit, 4)
  })

  it('sends events, and reads and erases what they made', async () => {
    const id = 'an item/of events'
    const answer = await client.events([
      { type: 'item', item: id, title: 'New', features: { app: id, category: 'games' } },
      install('somebody', id),
    ])
    expect(answer).toMatchObject({ accepted: 2, rejected: [] })
    expect(await client.item(id)).toMatchObject({ id, title: 'New' })
    const page = await client.items({ limit: 10 })
    expect(page.items).toHaveLength(10)
    expect((await client.items({ limit: 10, cursor: page.next ?? '' })).items[0]?.id).not.toBe(page.items[0]?.id)
    expect((await client.user('somebody')).history).toMatchObject([{ item: id, action: 'install' }])
    expect(await client.deleteUser('somebody')).toEqual({ id: 'somebody', deleted: true })
    expect(await faultOf(client.user('somebody'))).toMatchObject({ code: 'SERVING_USER_UNKNOWN', status: 404 })
  })

  it('throws one kind of error, with every fault', async () => {
    const wrong = await faultOf(client.recommend({ k: 0, context: { devise: 1 } }))
    expect(wrong).toMatchObject({ code: 'SERVING_REQUEST_INVALID', status: 400, errors: [{ pointer: '/k' }] })
    expect(wrong.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(await faultOf(createClient({ url }).recommend({}))).toMatchObject({
      code: 'SERVING_KEY_MISSING',
      status: 401,
    })
    const nobody = createClient({ url: await listening((_, response) => response.writeHead(502).end('<html>')) })
    expect(await faultOf(nobody.recommend({}))).toMatchObject({ code: 'CLIENT_ANSWER_UNREADABLE', status: 502 })
    const closed = createClient({ url: 'http://127.0.0.1:9' })
    expect(await faultOf(closed.recommend({}))).toMatchObject({ code: 'CLIENT_UNREACHABLE', status: 0 })
  })

  it('gives up when it is told to, or when it takes too long', async () => {
    const silent = createClient({ url: await listening(() => undefined), timeoutMs: 50 })
    expect(await faultOf(silent.recommend({}))).toMatchObject({ code: 'CLIENT_TIMED_OUT', status: 0 })
    const giving = new AbortController()
    const asked = silent.recommend({}, { signal: giving.signal, timeoutMs: 10_000 })
    giving.abort(new Error('the page was left'))
    await expect(asked).rejects.toThrow('the page was left')
    await expect(client.recommend({}, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/)
  })
})

/** Passes requests on; `spoil` may answer in the server's place, before or after it has answered. */
async function proxy(
  spoil: (call: number, response: ServerResponse) => 'before' | 'after' | 'no',
): Promise<{ readonly url: string; calls(): number }> {
  let calls = 0
  const address = await listening((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const spoiled = spoil(++calls, response)
      if (spoiled === 'before') return
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
      void fetch(`${url}${request.url ?? ''}`, { method: 'POST', headers, body: Buffer.concat(chunks) }).then(
        async (answer) => {
          const body = await answer.text()
          if (spoiled === 'after') response.destroy()
          else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body)
        },
      )
    })
  })
  return { url: address, calls: () => calls }
}

describe('the event queue', () => {
  it('delivers everything once, though answers are lost and the server is away', async () => {
    const { url: flaky, calls } = await proxy((call, response) => {
      if (call === 2) {
        response.writeHead(503, { 'retry-after': '0' }).end('away')
        return 'before'
      }
      // The events arrive, the answer does not: they are sent again.
      return call === 1 || call === 4 ? 'after' : 'no'
    })
    const lost: unknown[] = []
    const queue = createClient({ url: flaky }).eventQueue({ batchSize: 20, onLost: (_, error) => lost.push(error) })
    const ids = Array.from({ length: 50 }, (_, index) => queue.add(install('queued', `a${String(index)}`)))
    expect(new Set(ids).size).toBe(50)
    expect(queue.size).toBe(50)
    await queue.flush()
    expect([queue.size, lost, calls()]).toEqual([0, [], 6])
    const { history } = await client.user('queued')
    expect(history.map(({ item }) => item)).toEqual(ids.map((_, index) => `a${String(index)}`))
  })

  it('sends by itself after a while, and tells what the server refuses', async () => {
    const lost: [readonly ClientEvent<Config>[], RequestError][] = []
    const queue = client.eventQueue({ waitMs: 20, onLost: (events, error) => lost.push([events, error]) })
    queue.add(install('waiting', 'a1'))
    queue.add({ ...install('waiting', 'a2'), action: '' } as ClientEvent<Config>)
    await expect.poll(() => queue.size, { timeout: 10_000 }).toBe(0)
    expect((await client.user('waiting')).history).toHaveLength(1)
    expect(lost).toMatchObject([
      [[{ item: 'a2' }], { code: 'SERVING_REQUEST_INVALID', errors: [{ pointer: '/action' }] }],
    ])
  })

  it('goes on where whoever hears of lost events throws', async () => {
    const faults: unknown[] = []
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (fault) => faults.push(fault))
    const onLost = (): void => {
      throw new Error('not mine')
    }
    const queue = client.eventQueue({ onLost })
    queue.add({ type: 'user', user: '', features: {} })
    await queue.flush()
    queue.add(install('goes on', 'a1'))
    await queue.flush()
    process.removeAllListeners('uncaughtException')
    for (const listener of before) process.on('uncaughtException', listener)
    expect(faults).toEqual([new Error('not mine')])
    expect((await client.user('goes on')).history).toMatchObject([{ item: 'a1' }])
  })

  it('halves a batch that is too large, and gives up on what does not pass', async () => {
    const lost: [number, string][] = []
    const onLost = (events: readonly unknown[], { code }: RequestError): void => void lost.push([events.length, code])
    const large = client.eventQueue({ onLost })
    for (let index = 0; index < 6; index++)
      large.add({ type: 'user', user: 'large', features: { installed: Array<string>(500).fill('x'.repeat(2000)) } })
    await large.flush()
    expect(lost).toEqual([])
    const refused = createClient({ url }).eventQueue({ onLost, capacity: 2 })
    for (const item of ['a1', 'a2', 'a3']) refused.add(install('refused', item))
    await refused.flush()
    const away = createClient({ url: 'http://127.0.0.1:9' }).eventQueue({ onLost, attempts: 2 })
    away.add(install('away', 'a1'))
    await away.flush()
    expect(lost).toEqual([
      [1, 'CLIENT_QUEUE_FULL'],
      [2, 'SERVING_KEY_MISSING'],
      [1, 'CLIENT_UNREACHABLE'],
    ])
  })
})
