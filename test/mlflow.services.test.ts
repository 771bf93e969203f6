/** A published version in a real MLflow tracking server: `npm run test:services`. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportToMlflow, publishBundle } from '../src/pipeline/index.js'
import { freshDirectory } from './opaque-bundle.js'
import { trainSmallBundle } from './trained-bundle.js'

/** Where `mlflow` is; empty where it cannot be installed. */
const programs = process.env['WIDEDEEP_SERVICES'] ?? ''

let server = ''
let registry = ''
let mlflow: ChildProcess | undefined
let log = ''

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function ask<T>(path: string, body?: object): Promise<T> {
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${server}/api/2.0/mlflow/${path}`, body ? options : {})
  return (await response.json()) as T
}

beforeAll(async () => {
  if (programs === '') return
  const home = freshDirectory()
  registry = join(home, 'registry')
  const bundle = await trainSmallBundle(home)
  await publishBundle({ bundle, registry, tags: { source: 'nightly' }, by: 'ada' })
  const port = await freePort()
  server = `http://127.0.0.1:${String(port)}`
  const store = ['--backend-store-uri', `sqlite:///${join(home, 'mlflow.db')}`]
  const files = ['--artifacts-destination', join(home, 'artifacts')]
  const args = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...store, ...files]
  // A group of its own: MLflow starts workers, which go with it.
  mlflow = spawn(join(programs, 'mlflow'), args, { cwd: home, detached: true })
  for (const stream of [mlflow.stdout, mlflow.stderr]) stream?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  for (let tries = 0; tries < 300; tries++) {
    if (
      await fetch(`${server}/health`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await sleep(500)
  }
  throw new Error(`MLflow does not answer:\n${log}`)
}, 200_000)

afterAll(() => {
  if (mlflow?.pid !== undefined) process.kill(-mlflow.pid, 'SIGTERM')
})

describe.skipIf(programs === '')('an export to MLflow', () => {
  it('holds settings, metrics by epoch, lineage and files, and is made once', async () => {
    const first = await exportToMlflow({ version: '1', server, registry, experiment: 'a test' })
    expect(first).toMatchObject({ version: 1, isUnchanged: false })
    const { run } = await ask<{ run: { info: object; data: Record<string, { key: string; value: unknown }[]> } }>(
      `runs/get?run_id=${first.runId}`,
    )
    expect(run.info).toMatchObject({ status: 'FINISHED', run_name: 'version 1' })
    const read = (kind: string): Record<string, unknown> =>
      Object.fromEntries((run.data[kind] ?? []).map(({ key, value }) => [key, value]))
    expect(read('params')).toMatchObject({ 'training.batchSize': '128', 'model.deep.hidden': '[8]' })
    expect(read('tags')).toMatchObject({ source: 'nightly', 'widedeep.version': '1' })
    expect(read('tags')['widedeep.data']).toMatch(/^[0-9a-f]{64}$/)
    expect(read('metrics')['bundle/auc']).toBeGreaterThan(0.4)
    const history = await ask<{ metrics: object[] }>(`metrics/get-history?run_id=${first.runId}&metric_key=loss`)
    expect(history.metrics).toMatchObject([{ key: 'loss', step: 1 }])
    const listed = await ask<{ files: { path: string }[] }>(`artifacts/list?run_id=${first.runId}&path=bundle`)
    expect(listed.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['bundle/model.onnx', 'bundle/config.json']),
    )
    const second = await exportToMlflow({ version: '1', server, registry, experiment: 'a test' })
    expect(second).toMatchObject({ runId: first.runId, isUnchanged: true, metrics: 0 })
  }, 120_000)

  it('says what the server said when it is refused', async () => {
    const refused = exportToMlflow({ version: '1', server: `${server}/nowhere`, registry })
    await expect(refused).rejects.toMatchObject({ code: 'PIPELINE_MLFLOW_REFUSED', exitCode: 5 })
    const nobody = `http://127.0.0.1:${String(await freePort())}`
    await expect(exportToMlflow({ version: '1', server: nobody, registry })).rejects.toThrow('ECONNREFUSED')
  })
})
