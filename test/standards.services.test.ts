/** The server asked by real programs of others: NVIDIA's Open Inference client, Prometheus' checker: `npm run test:services`. */
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RawRow } from '../src/features/index.js'
import { openBundle } from '../src/model/index.js'
import { createServer } from '../src/serving/index.js'
import type { Server } from '../src/serving/index.js'
import { freshDirectory } from './opaque-bundle.js'
import { trainServedBundle } from './served-bundle.js'

/** A Python with tritonclient; empty where it cannot be installed. */
const python = process.env['WIDEDEEP_TRITON_PYTHON'] ?? ''
const hasPromtool = spawnSync('promtool', ['--version']).status === 0

let server: Server
let url = ''
let directory = ''

beforeAll(async () => {
  const home = freshDirectory()
  directory = await trainServedBundle(home)
  server = await createServer({ models: { bundle: directory }, directory: join(home, 'state'), port: 0, threads: 1 })
  url = await server.listen()
}, 120_000)

afterAll(async () => {
  await server.close()
})

async function scores(rows: readonly RawRow[]): Promise<number[]> {
  const bundle = await openBundle(directory)
  const values = [...(await bundle.score(bundle.encoder.encode(rows.map((row) => ({ position: 1, ...row })))))]
  await bundle.close()
  return values
}

interface Inferred {
  readonly scores: number[]
  readonly response: object
}

describe.skipIf(python === '')('the Open Inference client of Triton', () => {
  it('finds the server, its model and its scores, in JSON and in bytes', async () => {
    const client = join(import.meta.dirname, 'open-inference-client.py')
    const { stdout } = await promisify(execFile)(python, [client, url.replace('http://', '')])
    const answer = JSON.parse(stdout) as Record<string, unknown> & Record<'asJson' | 'asBytes' | 'ofVersion', Inferred>
    expect(answer).toMatchObject({ live: true, ready: true, modelReady: true, versionReady: true, otherReady: false })
    expect(answer['server']).toMatchObject({ name: 'widedeep' })
    expect(answer['inputs']).toContain('installed')
    const expected = await scores([
      { country: 'de', app: 'a3', installed: ['a1', 'a7'], hour: 20 },
      { country: 'fr', app: 'ä1', installed: ['a2'], hour: 3 },
    ])
    for (const { scores: got, response } of [answer.asJson, answer.asBytes, answer.ofVersion]) {
      expect(response).toMatchObject({ model_name: 'widedeep', model_version: 'model', id: '42' })
      expect(got).toHaveLength(2)
      for (const [index, score] of expected.entries()) expect(got[index]).toBeCloseTo(score, 6)
    }
    expect(answer['refusal']).toEqual(['400', expect.stringContaining('did you mean "app"')])
  })
})

describe.skipIf(!hasPromtool)('promtool', () => {
  it('finds nothing wrong with the measurements of a server that has answered', async () => {
    const json = { 'content-type': 'application/json' }
    await fetch(`${url}/v1/recommend`, { method: 'POST', headers: json, body: '{"user":"u1"}' })
    await fetch(`${url}/v1/models/widedeep:predict`, { method: 'POST', body: '{"instances":[{"app":"a1"}]}' })
    await fetch(`${url}/v1/nothing`)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('operation="predict"')
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8' })
    expect({ status, told: stdout + stderr }).toEqual({ status: 0, told: '' })
  })
})
