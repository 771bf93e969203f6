/** Training by oneDNN as it is installed: `npm run test:services`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openExecutor } from '../src/graph/index.js'
import { simulate } from '../src/simulator/index.js'
import type { Ran } from './command-line.js'
import { json, widedeepIn } from './command-line.js'

const onednn = await openExecutor({ executor: 'onednn', precision: 'float32' })
let home = ''

/** Products on two threads in the main thread and on one in two workers, at the same time. */
const crowd = `
import { Worker, isMainThread } from 'node:worker_threads'
import { Graph, openExecutor, operations } from '${new URL('../dist/graph/index.js', import.meta.url).href}'
const graph = new Graph()
const y = operations.relu(operations.matmul(graph.input('x', ['batch', 256]), graph.input('w', [256, 256])))
const workers = isMainThread ? [1, 2].map(() => new Worker(new URL(import.meta.url))) : []
const executor = await openExecutor({ executor: 'onednn', precision: 'float32' })
const compiled = await executor.compile(executor.write({ y }), { threads: isMainThread ? 2 : 1 })
const feed = (rows, f) => ({ data: Float32Array.from({ length: rows * 256 }, (_, i) => f(i)), shape: [rows, 256] })
const feeds = { x: feed(512, Math.sin), w: feed(256, Math.cos) }
let sum = 0
for (let turn = 0; turn < 20; turn++) sum = (await compiled.run(feeds)).y.data.reduce((a, b) => a + b, 0)
console.log(sum.toPrecision(5))
await Promise.all(workers.map((worker) => new Promise((resolve) => worker.on('exit', resolve))))
`

const train = (...options: string[]): Ran =>
  widedeepIn(home, ['train', '--epochs', '1', '--set', 'training.threads=1', '--json', ...options])
const metricsOf = (ran: Ran): Record<string, number> => json(ran)['metrics'] as Record<string, number>

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-onednn-'))
  simulate({ directory: home, users: 300, apps: 40, days: 5, labelled: true })
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

describe.skipIf('reason' in onednn)('training by oneDNN', () => {
  it('is what auto chooses for a relu tower, and says so in its report', () => {
    const ran = train('--out', 'first')
    expect(json(ran)['execution']).toMatchObject({ executor: 'onednn', precision: 'float32', isFallback: false })
    expect(readFileSync(join(home, 'first.run', 'report.json'), 'utf8')).toContain('"executor": "onednn"')
  }, 120_000)

  it('leaves the same bundle again, and metrics near those of ONNX Runtime', () => {
    const again = train('--out', 'second', '--executor', 'onednn')
    // The config is part of a bundle, and says which executor was asked for.
    const filesOf = (name: string): object => {
      const manifest = JSON.parse(readFileSync(join(home, name, 'manifest.json'), 'utf8')) as { files: object }
      return { ...manifest.files, 'config.json': null }
    }
    expect(filesOf('second')).toEqual(filesOf('first'))
    const other = metricsOf(train('--out', 'third', '--executor', 'onnxruntime'))
    for (const [name, value] of Object.entries(metricsOf(again))) expect(value, name).toBeCloseTo(other[name] ?? NaN, 2)
  }, 120_000)

  it('trains with bfloat16, or says why not and trains with float32', () => {
    const ran = train('--out', 'fourth', '--precision', 'bfloat16')
    const { precision, isFallback } = json(ran)['execution'] as { precision: string; isFallback: boolean }
    expect(isFallback).toBe(precision === 'float32')
    if (isFallback) expect(ran.stderr).toContain('has no product of bfloat16 for this processor')
  }, 120_000)

  it('ends without a crash, whatever threads used it', () => {
    const program = join(home, 'crowd.mjs')
    writeFileSync(program, crowd)
    for (let round = 0; round < 5; round++) {
      const { status, stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8' })
      expect(status).toBe(0)
      expect(new Set(stdout.trim().split('\n')).size).toBe(1)
    }
  }, 120_000)
})
