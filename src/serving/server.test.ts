/** The server over real HTTP, with a real bundle, log and store. */
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { trainServedBundle } from '../../test/served-bundle.js'
import { recommendItems } from '../pipeline/index.js'
import type { Problem, RankedList } from '../protocol/index.js'
import type { Server } from './index.js'
import { createServer } from './index.js'

let home = ''
let bundle = ''
let server: Server
let url = ''
const lines: string[] = []

async function start(): Promise<void> {
  server = await createServer({
    models: { bundle },
    directory: join(home, 'state'),
    port: 0,
    threads: 1,
    deadlineMs: 30_000,
    log: (line) => lines.push(line),
  })
  url = await server.listen()
}

beforeAll(async () => {
  home = freshDirectory()
  bundle = await trainServedBundle(home)
  await start()
}, 120_000)

afterAll(async () => {
  await server.close()
})

interface Answered<T> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

async function call<T>(method: string, path: string, body?: unknown): Promise<Answered<T>> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const text = body === undefined ? null : JSON.stringify(body)
  const response = await fetch(`${url}${path}`, { method, headers, body: text })
  return { status: response.status, headers: response.headers, body: (await response.json()) as T }
}

const recommend = (body: object): Promise<Answered<RankedList>> => call('POST', '/v1/recommend', body)
const context = { hour: 20, device: 'phone' }

describe('the server', () => {
  it('is ready, and says what it serves', async () => {
    expect(lines).toEqual([expect.stringMatching(/^bundle: version model serves/)])
    const { status, body } = await call('GET', '/health/ready')
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 'ready', models: [{ alias: 'bundle', version: 'model', items: 63 }] })
  })

  it('says that it cannot explain while the bundle is away, and answers lists', async () => {
    const explained = (): Promise<Answered<Problem>> =>
      call('POST', '/v1/explain', { user: 'u1', items: ['a1'], context })
    renameSync(bundle, `${bundle}.away`)
    expect(await explained()).toMatchObject({ status: 503, body: { code: 'SERVING_EXPLAINER_UNAVAILABLE' } })
    expect((await recommend({ user: 'u1', k: 1, context })).status).toBe(200)
    renameSync(`${bundle}.away`, bundle)
    expect((await explained()).status).toBe(200)
  })

  it('recommends items that the user has not acted on, best first, and says which model answered', async () => {
    const { status, headers, body } = await recommend({ user: 'u1', k: 5, context })
    expect(status).toBe(200)
    expect(body.items).toHaveLength(5)
    expect(body.model).toEqual({ name: 'widedeep', version: 'model', alias: 'bundle' })
    expect(body.items.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5])
    const scores = body.items.map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(headers.get('server-timing')).toMatch(/^retrieve;dur=[\d.]+, rank;dur=[\d.]+, total;dur=[\d.]+$/)
    const user = await call<{ features: { installed: string[] } }>('GET', '/v1/users/u1')
    for (const { id } of body.items) expect(user.body.features.installed).not.toContain(id)
  })

  it('gives the next page of the same list', async () => {
    const whole = await recommend({ user: 'u2', k: 9, context })
    const first = await recommend({ user: 'u2', k: 4, context })
    const next = await call<RankedList>('GET', `/v1/recommend/${first.body.requestId}/next?k=5`)
    expect([...first.body.items, ...next.body.items].map(({ id }) => id)).toEqual(whole.body.items.map(({ id }) => id))
    expect(next.body.items[0]?.rank).toBe(5)
  })

  it('passes over what was hidden or acted on since, of a next page', async () => {
    const whole = (await recommend({ user: 'u9', k: 9, context })).body.items.map(({ id }) => id)
    const first = await recommend({ user: 'u9', k: 3, context })
    const [, , , hidden = '', acted = ''] = whole
    const hide = (isHidden: boolean): Promise<unknown> =>
      call('POST', '/v1/events', { type: 'item', item: hidden, isHidden, features: {} })
    await hide(true)
    await call('POST', '/v1/events', { type: 'interaction', user: 'u9', item: acted, action: 'install' })
    const next = async (k: number): Promise<unknown[]> => {
      const { body } = await call<RankedList>('GET', `/v1/recommend/${first.body.requestId}/next?k=${String(k)}`)
      return body.items.map(({ id, rank }) => [id, rank])
    }
    expect(await next(2)).toEqual([
      [whole[5], 4],
      [whole[6], 5],
    ])
    expect(await next(2)).toEqual([
      [whole[7], 6],
      [whole[8], 7],
    ])
    await hide(false)
  })

  it('ranks given candidates as recommend does, and names those it does not know', async () => {
    const all = await recommend({ user: 'u3', k: 60, context, keepSeen: true })
    const ids = all.body.items.slice(3, 13).map(({ id }) => id)
    const ranked = await call<RankedList>('POST', '/v1/rank', {
      user: 'u3',
      items: [...ids].reverse().concat('nothing'),
      context,
    })
    expect(ranked.body.items.map(({ id }) => id)).toEqual(ids)
    expect(ranked.body.unknownItems).toEqual(['nothing'])
    for (const [index, { score }] of ranked.body.items.entries())
      expect(score).toBeCloseTo(all.body.items[index + 3]?.score ?? Number.NaN, 6)
  })

  it.each([
    ['a user whose past says otherwise', { user: 'u1' }],
    ['nobody', { features: { country: 'de' } }],
  ])('scores by what the request says of user and item, for %s, as it explains', async (_, asker) => {
    const scored = async (given: object): Promise<number[]> => {
      const asked = { ...asker, items: ['a1'], context: { ...context, ...given } }
      const { body } = await call<RankedList>('POST', '/v1/rank', asked)
      const explained = await call<{ items: { explanation: { logit: number } }[] }>('POST', '/v1/explain', asked)
      const logit = explained.body.items[0]?.explanation.logit ?? Number.NaN
      return [body.items[0]?.score ?? Number.NaN, 1 / (1 + Math.exp(-logit))]
    }
    const [[ranked = 0, explained], [other = 0, otherExplained]] = [
      await scored({ timesShown: 40 }),
      await scored({ timesShown: 3 }),
    ]
    expect(ranked).toBeCloseTo(explained ?? 0, 6)
    expect(other).toBeCloseTo(otherExplained ?? 0, 6)
    expect(Math.abs(ranked - other)).toBeGreaterThan(1e-4)
  })

  it('lists for someone unknown what the bundle alone lists', async () => {
    const asked = { features: { country: 'de' }, context: { ...context, timesShown: 7 }, k: 20 }
    const { body } = await recommend(asked)
    const { items } = await recommendItems({ bundle, user: 'stranger', ...asked })
    for (const [at, { item, score }] of items.slice(0, 5).entries())
      expect(body.items[at]).toMatchObject({ id: item, score: expect.closeTo(score, 6) as number })
    const never = await recommend({ ...asked, context })
    expect(never.body.items[0]?.score).not.toBeCloseTo(items[0]?.score ?? 0, 4)
  })

  it('answers a user that it does not know', async () => {
    const { status, body } = await recommend({ user: 'stranger', k: 3, context, features: { country: 'de' } })
    expect(status).toBe(200)
    expect(body.items).toHaveLength(3)
  })

  it('follows events: an install is gone from the next list, and in the history that scores', async () => {
    const before = await recommend({ user: 'u4', k: 3, context })
    const item = before.body.items[0]?.id ?? ''
    const event = {
      type: 'interaction',
      id: 'e1',
      user: 'u4',
      item,
      action: 'install',
      requestId: before.body.requestId,
    }
    const posted = await call('POST', '/v1/events', event)
    expect(posted).toMatchObject({ status: 202, body: { accepted: 1, duplicates: 0, rejected: [], ids: ['e1'] } })
    const again = await call('POST', '/v1/events', { events: [event] })
    expect(again.body).toMatchObject({ accepted: 0, duplicates: 1 })
    const after = await recommend({ user: 'u4', k: 60, context })
    expect(after.body.items.map(({ id }) => id)).not.toContain(item)
  })

  it('takes new items, and recommends and ranks them', async () => {
    const item = { type: 'item', item: 'a new/app', title: 'New', features: { app: 'a new/app', category: 'games' } }
    expect((await call('POST', '/v1/events', item)).body).toMatchObject({ accepted: 1 })
    expect((await call('GET', `/v1/items/${encodeURIComponent('a new/app')}`)).body).toMatchObject({ title: 'New' })
    const { body } = await call<RankedList>('POST', '/v1/rank', { user: 'u1', items: ['a new/app', 'a1'], context })
    expect(body.items.map(({ id }) => id).sort()).toEqual(['a new/app', 'a1'])
  })

  it('explains a score as parts that add up', async () => {
    const { body } = await call<{
      items: { id: string; explanation: { logit: number; parts: { contribution: number }[] } }[]
    }>('POST', '/v1/explain', { user: 'u1', items: ['a1'], context })
    expect(body.items[0]?.explanation.parts.length).toBeGreaterThan(3)
  })

  it('says how an item comes to its place in the list', async () => {
    const games = { category: { eq: 'games' } }
    const rules = { boost: [{ when: games, add: 0.5 }], exploration: { slots: 2, epsilon: 1 } }
    const asked = { user: 'u2', context, k: 5, rules, requestId: 'explained' }
    const list = (await recommend(asked)).body.items
    const shown = list.map(({ id }) => id)
    interface Place {
      readonly id: string
      readonly source: string | null
      readonly rank: number | null
      readonly rules: readonly string[]
    }
    const placesOf = async (items: readonly string[], other = {}): Promise<Place[]> =>
      (await call<{ items: Place[] }>('POST', '/v1/explain', { ...asked, ...other, items })).body.items
    const expected = list.map((item) => ({ source: item.source, rank: item.rank, rules: item.rules ?? [] }))
    expect(await placesOf(shown)).toMatchObject(expected)
    expect(list.some((item) => item.rules?.includes('boost'))).toBe(true)
    const [first = ''] = shown
    const nowhere = { source: null, rank: null, rules: [] }
    expect(await placesOf([first], { exclude: [first] })).toMatchObject([nowhere])
    const category = { not: 'games' }
    const left = (await placesOf(shown, { rules: { filter: { category } } })).filter(({ rank }) => rank === null)
    expect(left.length).toBeGreaterThan(0)
    expect(left.every(({ source }) => source !== null)).toBe(true)
  })

  it('keeps what happened over a restart', async () => {
    const user = await call<{ history: { action: string | null }[] }>('GET', '/v1/users/u4')
    expect(user.body.history.filter(({ action }) => action !== null)).toHaveLength(1)
    await server.close()
    await start()
    expect((await call('GET', '/v1/users/u4')).body).toEqual(user.body)
    expect((await call('GET', `/v1/items/${encodeURIComponent('a new/app')}`)).status).toBe(200)
  })

  it('ends where it cannot listen, and lets go of its state', async () => {
    const directory = join(home, 'other state')
    const options = { models: { bundle }, directory, threads: 1, log: () => undefined }
    for (const port of [Number(new URL(url).port), 99_999]) {
      const other = await createServer({ ...options, port })
      await expect(other.listen()).rejects.toMatchObject({ code: 'SERVING_CANNOT_LISTEN', exitCode: 5 })
    }
    const other = await createServer({ ...options, port: 0 })
    expect(await other.listen()).toMatch(/^http:/)
    await other.close()
  })

  it('does not count probes where requests are limited', async () => {
    const directory = join(home, 'limited state')
    const limited = await createServer({
      models: { bundle },
      directory,
      port: 0,
      threads: 1,
      log: () => undefined,
      limits: { perSecond: 3 },
    })
    const address = await limited.listen()
    const statuses = async (path: string): Promise<number[]> =>
      Promise.all(Array.from({ length: 12 }, async () => (await fetch(`${address}${path}`)).status))
    expect(await statuses('/v1/items')).toContain(429)
    for (const path of ['/health/live', '/health/ready', '/v2/health/live'])
      expect(new Set(await statuses(path))).toEqual(new Set([200]))
    await limited.close()
  })

  it('erases a user, for good', async () => {
    const next = async (list: { body: RankedList }): Promise<number> =>
      (await call('GET', `/v1/recommend/${list.body.requestId}/next?k=2`)).status
    const [own, other] = [
      await recommend({ user: 'u4', k: 2, context }),
      await recommend({ user: 'u1', k: 2, context }),
    ]
    expect([await next(own), await next(other)]).toEqual([200, 200])
    expect((await call('DELETE', '/v1/users/u4')).body).toEqual({ id: 'u4', deleted: true })
    expect((await call('GET', '/v1/users/u4')).status).toBe(404)
    // Whose next page would be noted as shown to the user.
    expect([await next(own), await next(other)]).toEqual([404, 200])
    await server.close()
    await start()
    expect((await call('GET', '/v1/users/u4')).status).toBe(404)
  })
})

describe('a request with faults', () => {
  it('hears of all of them at once, with the nearest known name', async () => {
    const { status, headers, body } = await call<Problem>('POST', '/v1/recommend', { usr: 'u1', k: 0, context: 3 })
    expect(status).toBe(400)
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(body.code).toBe('SERVING_REQUEST_INVALID')
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/usr', '/context', '/k'])
    expect(body.errors?.[0]?.message).toBe('the request has no usr; did you mean "user"?')
  })

  it('hears of features that the model has not', async () => {
    const { status, body } = await call<Problem>('POST', '/v1/recommend', {
      context: { devise: 'x' },
      features: { county: 1 },
    })
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      { pointer: '/features/county', message: 'features.county is not a feature of users; did you mean "country"?' },
      { pointer: '/context/devise', message: 'context.devise is not a feature of the context; did you mean "device"?' },
    ])
  })

  it.each(['a\0', '\ud800', 'a\udc00b'])('is told that %j is no id, which no database could hold', async (user) => {
    const message = 'user must be a text without NUL characters and halves of surrogate pairs'
    const { status, body } = await call<Problem>('POST', '/v1/recommend', { user, context })
    expect([status, body.errors]).toEqual([400, [{ pointer: '/user', message }]])
    const event = { type: 'interaction', user, item: 'a1', action: 'install' }
    expect((await call<Problem>('POST', '/v1/events', event)).body.errors).toMatchObject([{ message }])
    expect((await recommend({ user: '😀 user', k: 1, context })).status).toBe(200)
  })

  const raw = async (body: string | Uint8Array<ArrayBuffer>, type = 'application/json'): Promise<[number, string]> => {
    const response = await fetch(`${url}/v1/recommend`, { method: 'POST', headers: { 'content-type': type }, body })
    return [response.status, ((await response.json()) as Problem).code]
  }

  it('is told what is wrong with its body', async () => {
    expect(await raw('{')).toEqual([400, 'SERVING_BODY_UNREADABLE'])
    expect(await raw('')).toEqual([400, 'SERVING_BODY_UNREADABLE'])
    expect(await raw('[]')).toEqual([400, 'SERVING_REQUEST_INVALID'])
    expect(await raw('null')).toEqual([400, 'SERVING_REQUEST_INVALID'])
    expect(await raw(new Uint8Array([123, 34, 255, 34, 58, 49, 125]))).toEqual([400, 'SERVING_BODY_UNREADABLE'])
    expect(await raw('['.repeat(100_000))).toEqual([400, 'SERVING_BODY_UNREADABLE'])
    expect(await raw('a=b', 'application/x-www-form-urlencoded')).toEqual([415, 'SERVING_CONTENT_TYPE_WRONG'])
    expect(await raw(`{"user":"${'x'.repeat(5_000_000)}"}`)).toEqual([413, 'SERVING_BODY_TOO_LARGE'])
  })

  it('is told where nothing is', async () => {
    expect((await call<Problem>('GET', '/v1/nothing')).body).toMatchObject({
      status: 404,
      code: 'SERVING_ROUTE_UNKNOWN',
    })
    expect((await call<Problem>('GET', '/v1/recommend')).body).toMatchObject({
      status: 405,
      code: 'SERVING_METHOD_WRONG',
    })
    expect((await call<Problem>('GET', '/v1/users/nobody')).body).toMatchObject({
      status: 404,
      code: 'SERVING_USER_UNKNOWN',
    })
    expect((await call<Problem>('POST', '/v1/recommend', { model: 'champ' })).body).toMatchObject({
      status: 404,
      code: 'SERVING_MODEL_UNKNOWN',
    })
  })
})
