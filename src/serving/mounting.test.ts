/** The server within servers of others: a Fastify application, node:http, and what calls handlers as Express does. */
import { createServer as createHttpServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { trainServedBundle } from '../../test/served-bundle.js'
import type { RankedList } from '../protocol/index.js'
import type { Server } from './index.js'
import { createServer, widedeepPlugin } from './index.js'

let bundle = ''
let home = ''
let server: Server

const open = (state: string): Promise<Server> =>
  createServer({ models: { bundle }, directory: join(home, state), threads: 1, deadlineMs: 30_000 })

beforeAll(async () => {
  home = freshDirectory()
  bundle = await trainServedBundle(home)
  server = await open('handled')
  await server.loaded()
}, 120_000)

afterAll(async () => {
  await server.close()
})

async function listening(listener: RequestListener): Promise<string> {
  const http = createHttpServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => void http.close())
  await new Promise((resolve) => http.once('listening', resolve))
  return `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`
}

const json = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function expectAnswers(url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/recommend`, json({ user: 'u1', k: 3 }))
  expect(answer.status).toBe(200)
  expect(((await answer.json()) as RankedList).items).toHaveLength(3)
  const predicted = await fetch(`${url}/v1/models/widedeep:predict`, json({ instances: [{ app: 'a1' }] }))
  expect(predicted.status).toBe(200)
  expect((await fetch(`${url}/v1/items?limit=2`)).status).toBe(200)
  expect((await fetch(`${url}/v1/nothing`)).status).toBe(404)
  expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  const huge = await fetch(`${url}/v1/recommend`, json({ user: 'x'.repeat(5_000_000) }))
  expect(huge.status).toBe(413)
}

describe('the handler', () => {
  it('answers under node:http', async () => {
    await expectAnswers(await listening(server.handler))
  })

  it('answers below a path that a router has taken off, as Express does', async () => {
    const url = await listening((request, response) => {
      if (request.url?.startsWith('/reco/') !== true) response.writeHead(204).end()
      else {
        request.url = request.url.slice('/reco'.length)
        server.handler(request, response)
      }
    })
    await expectAnswers(`${url}/reco`)
    expect((await fetch(`${url}/other`)).status).toBe(204)
  })

  it('says so when a body was read before it', async () => {
    const url = await listening((request, response) => {
      request.resume().once('end', () => {
        try {
          server.handler(request, response)
        } catch (error) {
          response.writeHead(500).end(String(error))
        }
      })
    })
    const answer = await fetch(`${url}/v1/recommend`, json({ user: 'u1' }))
    expect([answer.status, await answer.text()]).toEqual([
      500,
      expect.stringContaining('before whatever parses bodies'),
    ])
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
  })
})

describe('the Fastify plugin', () => {
  it('mounts a server beside the routes, hooks and parsers of an application, and closes with it', async () => {
    const own = await open('mounted')
    await own.loaded()
    const app = Fastify({ forceCloseConnections: true })
    const heard: string[] = []
    app.addHook('onRequest', async (request, reply) => {
      heard.push(request.url)
      if (request.headers['x-forbidden'] !== undefined) await reply.status(418).send()
    })
    app.get('/', () => ({ hello: 'world' }))
    await app.register(
      (api, _, done) => {
        api.register(widedeepPlugin, { server: own, prefix: '/reco' })
        done()
      },
      { prefix: '/api' },
    )
    const url = await app.listen({ port: 0 })
    expect(await (await fetch(url)).json()).toEqual({ hello: 'world' })
    await expectAnswers(`${url}/api/reco`)
    expect((await fetch(`${url}/api/reco?x=1`)).status).toBe(404)
    expect((await fetch(`${url}/api/reco/health/live`, { headers: { 'x-forbidden': '1' } })).status).toBe(418)
    expect(heard).toContain('/api/reco/v1/recommend')
    await app.close()
    expect(own.ready().status).toBe('stopping')
  })
})
