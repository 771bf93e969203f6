/** Who may do what: keys, addresses, limits. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { trainServedBundle } from '../../test/served-bundle.js'
import type { Problem } from '../protocol/index.js'
import type { Server, ServerOptions } from './index.js'
import { createServer } from './index.js'

let home = ''
let server: Server
let url = ''
const keyOf = { read: 'r'.repeat(20), events: 'e'.repeat(20), admin: 'a'.repeat(20) }

const options = (more: Partial<ServerOptions>): ServerOptions => ({
  models: { bundle: join(home, 'model', 'bundle') },
  directory: join(home, 'state'),
  port: 0,
  threads: 1,
  deadlineMs: 30_000,
  ...more,
})

beforeAll(async () => {
  home = freshDirectory()
  await trainServedBundle(home)
  const keys = join(home, 'keys.json')
  const entries = Object.entries(keyOf).map(([role, key]) => ({ key, roles: [role] }))
  writeFileSync(keys, JSON.stringify({ keys: entries }))
  server = await createServer(options({ keys, limits: { perSecond: 50, arrivalMs: 1000 } }))
  url = await server.listen()
}, 120_000)

afterAll(async () => {
  await server.close()
})

async function ask(
  path: string,
  key?: string,
  init: RequestInit = {},
): Promise<{ status: number; body: Problem; retry: string | null }> {
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  }
  const response = await fetch(`${url}${path}`, { ...init, headers })
  return {
    status: response.status,
    body: (await response.json()) as Problem,
    retry: response.headers.get('retry-after'),
  }
}

const post = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) })

describe('a server with keys', () => {
  it('answers health to anyone, and nothing else', async () => {
    expect((await ask('/health/live')).status).toBe(200)
    expect(await ask('/v1/users/u1')).toMatchObject({ status: 401, body: { code: 'SERVING_KEY_MISSING' } })
    expect(await ask('/v1/users/u1', 'x'.repeat(20))).toMatchObject({
      status: 401,
      body: { code: 'SERVING_KEY_WRONG' },
    })
    expect((await ask('/metrics')).status).toBe(401)
  })

  it('lets a key do what its roles are for', async () => {
    expect((await ask('/v1/users/u1', keyOf.read)).status).toBe(200)
    expect((await ask('/v1/users/u1', keyOf.admin)).status).toBe(200)
    const event = post({ type: 'interaction', user: 'u1', item: 'a1', action: 'install' })
    expect(await ask('/v1/events', keyOf.read, event)).toMatchObject({
      status: 403,
      body: { code: 'SERVING_ROLE_MISSING' },
    })
    expect((await ask('/v1/events', keyOf.events, event)).status).toBe(202)
    expect((await ask('/v1/users/u1', keyOf.events, { method: 'DELETE' })).status).toBe(403)
  })

  it('lets a key ask so often a second', async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => ask('/v1/items/a1', keyOf.admin)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(20)
    expect(refused[0]).toMatchObject({ body: { code: 'SERVING_TOO_MANY_REQUESTS' }, retry: '1' })
    expect((await ask('/v1/items/a1', keyOf.read)).status).toBe(200)
  })
})

describe('an address that others reach', () => {
  it('is refused without keys', async () => {
    await expect(createServer(options({ host: '0.0.0.0', directory: join(home, 'open') }))).rejects.toMatchObject({
      code: 'SERVING_KEYS_NEEDED',
    })
  })

  it.each([
    ['{}', 'it has no keys'],
    ['{"keys":[{"key":"short","roles":["read"]}]}', 'keys[0].key is no text of 16 characters'],
    ['{"keys":[{"key":"0123456789abcdef","roles":["root"]}]}', 'keys[0].roles must name some of read, events, admin'],
    ['{', 'JSON'],
  ])('and with %s as the file of keys', async (text, reason) => {
    const file = join(freshDirectory(), 'keys.json')
    writeFileSync(file, text)
    const opened = createServer(options({ keys: file, directory: join(home, 'open') }))
    await expect(opened).rejects.toMatchObject({ code: 'SERVING_KEYS_INVALID' })
    await expect(opened).rejects.toThrow(reason)
  })
})

/** Connects, waits, writes bytes and returns the status of what comes back. */
function raw(bytes: string, waitMs = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('error', reject)
    socket.on('close', () => {
      resolve(answer.split('\r\n')[0] ?? '')
    })
    setTimeout(() => socket.write(bytes), waitMs)
  })
}

describe('what is no request', () => {
  it('gets an answer of its own kind', async () => {
    expect(await raw('hello\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request')
    const bomb = `GET / HTTP/1.1\r\nhost: x\r\n${'x'.repeat(20_000)}: 1\r\n\r\n`
    expect(await raw(bomb)).toBe('HTTP/1.1 431 Request Header Fields Too Large')
  })

  it('is ended when it takes its time', async () => {
    const slow = `POST /v1/recommend HTTP/1.1\r\nhost: x\r\nx-api-key: ${keyOf.read}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`
    expect(await raw(slow)).toBe('HTTP/1.1 408 Request Timeout')
    // The time counts from its first byte.
    expect(await raw(slow, 2000)).toBe('HTTP/1.1 408 Request Timeout')
  }, 60_000)

  it('leaves a connection open that was opened ahead of its request', async () => {
    const request = 'GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
    expect(await raw(request, 2500)).toBe('HTTP/1.1 200 OK')
  }, 60_000)
})

describe('a server that stops', () => {
  it('waits for no connection that was opened and never used', async () => {
    const stopped = await createServer(options({ directory: join(home, 'stopped') }))
    const { port, hostname } = new URL(await stopped.listen())
    const unused = connect(Number(port), hostname)
    const ended = once(unused, 'close')
    await once(unused, 'connect')
    expect((await fetch(`http://${hostname}:${port}/health/live`)).status).toBe(200)
    await stopped.close()
    await ended
  }, 30_000)
})
