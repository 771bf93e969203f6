/** Versions of a real registry come and go under requests over real HTTP. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { trainServedBundle } from '../../test/served-bundle.js'
import type { RankedList, Ready } from '../protocol/index.js'
import { openRegistry } from '../registry/index.js'
import type { Registry } from '../registry/index.js'
import type { Server } from './index.js'
import { createServer } from './index.js'

let home = ''
let registry: Registry
let server: Server
let url = ''
const lines: string[] = []
const lineage = { data: null, code: 'test', parent: null }
const author = { reason: 'a test', isForced: true }

const publish = (bundle: string): Promise<number> => registry.publish({ bundle, lineage, metrics: {}, report: null })

async function call<T>(path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : {}
  const response = await fetch(`${url}${path}`, init)
  return (await response.json()) as T
}

const list = (): Promise<RankedList> =>
  call('/v1/recommend', { user: 'u1', k: 3, context: { hour: 3, device: 'phone' } })

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 600; look++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('it did not become so in a minute')
}

beforeAll(async () => {
  home = freshDirectory()
  registry = openRegistry(join(home, 'registry'))
  const bundle = await trainServedBundle(home)
  for (let count = 0; count < 2; count++) await publish(bundle)
  await registry.promote(1, author)
  server = await createServer({
    models: { registry: registry.directory, aliases: ['champion', 'challenger'] },
    directory: join(home, 'state'),
    port: 0,
    threads: 1,
    deadlineMs: 30_000,
    log: (line) => lines.push(line),
  })
  url = await server.listen()
}, 120_000)

afterAll(async () => {
  await server.close()
})

describe('a server that follows a registry', () => {
  it('serves the champion, and says of an alias without a version that it is not there', async () => {
    expect((await list()).model).toEqual({ name: 'widedeep', version: '1', alias: 'champion' })
    const answer = await call<{ status: number; code: string }>('/v1/recommend', { user: 'u1', model: 'challenger' })
    expect(answer).toMatchObject({ status: 503, code: 'SERVING_NOT_READY' })
  })

  it('switches without a failed request, and answers what it was asked before', async () => {
    const versions: string[] = []
    const statuses = new Set<boolean>()
    let isOver = false
    const asking = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const { model, degraded, items } = await list()
        versions.push(model.version)
        statuses.add(degraded || items.length !== 3)
      }
    })
    await registry.promote(2, author)
    await until(() => versions.at(-1) === '2')
    isOver = true
    await Promise.all(asking)
    expect([...statuses]).toEqual([false])
    expect(versions.filter((version, index) => index > 0 && version < (versions[index - 1] ?? '')).length).toBeLessThan(
      8,
    )
  }, 150_000)

  it('serves several models at once', async () => {
    registry.setAlias('challenger', 1)
    await until(async () => (await call<Ready>('/health/ready')).models[1]?.version === '1')
    const body = { user: 'u1', k: 3, context: { hour: 3, device: 'phone' }, model: 'challenger' }
    expect((await call<RankedList>('/v1/recommend', body)).model).toMatchObject({ version: '1', alias: 'challenger' })
  })

  it('refuses a version whose scores are not those of its trainer, says why, and goes on with the old one', async () => {
    const wrong = join(home, 'wrong')
    cpSync(join(registry.resolve(1).directory), wrong, { recursive: true })
    const file = join(wrong, 'golden.json')
    const golden = JSON.parse(readFileSync(file, 'utf8')) as { score: number }[]
    writeFileSync(file, JSON.stringify(golden.map((one) => ({ ...one, score: one.score + 0.1 }))))
    const { writeManifest } = await import('../model/index.js')
    const { content } = JSON.parse(readFileSync(join(wrong, 'manifest.json'), 'utf8')) as { content: object }
    await writeManifest(wrong, { ...content })
    const version = await publish(wrong)
    await registry.promote(version, author)
    await until(() => lines.some((line) => line.includes('is refused')))
    const [champion] = (await call<Ready>('/health/ready')).models
    expect(champion).toMatchObject({ alias: 'champion', version: '2' })
    expect(champion?.refused).toMatch(/^version 3: .*scores of the trainer/)
    expect((await list()).model.version).toBe('2')
    await registry.rollback({ reason: 'a test' })
  })

  it('leaves no thread behind of a version whose sources cannot be opened', async () => {
    const threads = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    const before = threads()
    const wrong = join(home, 'sourceless')
    cpSync(registry.resolve(1).directory, wrong, { recursive: true })
    writeFileSync(join(wrong, 'retrieval', 'retrieval.json'), '{"formatVersion":0}')
    const { writeManifest } = await import('../model/index.js')
    const { content } = JSON.parse(readFileSync(join(wrong, 'manifest.json'), 'utf8')) as { content: object }
    await writeManifest(wrong, { ...content })
    const refused = lines.length
    registry.setAlias('challenger', await publish(wrong))
    await until(() => lines.slice(refused).some((line) => line.includes('is refused')))
    await until(() => threads() === before)
  })
})
