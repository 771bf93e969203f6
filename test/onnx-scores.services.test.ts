/** The exported model in Python's onnxruntime, beside the whole graph and the fast path here: `npm run test:services`. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openBundle } from '../src/model/index.js'
import type { Bundle } from '../src/model/index.js'
import { openFastRanker } from '../src/ranking/index.js'
import { freshDirectory } from './opaque-bundle.js'
import { writeRandomBundle } from './random-bundle.js'
import { configOf, itemRow, requestRow, state } from './random-catalogue.js'

/** A Python with onnxruntime; empty where it cannot be installed. */
const python = process.env['WIDEDEEP_ONNXRUNTIME_PYTHON'] ?? ''
/** As many as a bundle keeps. */
const goldenCount = 32
const asked = Array.from({ length: goldenCount }, (_, index) => ({ request: requestRow(index), item: itemRow(index) }))

async function pythonScores(bundle: Bundle): Promise<number[]> {
  const features = bundle.encoder.encode(bundle.golden.map(({ row }) => row))
  const inputs = Object.entries(bundle.networkInputs(features)).map(
    ([name, { shape, data }]) => [name, { shape, data: [...data] }] as const,
  )
  const file = join(freshDirectory(), 'inputs.json')
  writeFileSync(file, JSON.stringify(Object.fromEntries(inputs)))
  const program = join(import.meta.dirname, 'onnx-scores.py')
  const { stdout } = await promisify(execFile)(python, [program, join(bundle.directory, 'model.onnx'), file])
  const { score = [] } = JSON.parse(stdout) as Record<string, number[][]>
  return score.flat()
}

async function fastScores(bundle: Bundle): Promise<number[]> {
  const ranker = await openFastRanker(bundle, { items: asked.map(({ item }) => item) })
  const scores: number[] = []
  for (const [index, { request }] of asked.entries())
    scores.push((await ranker.rank(request, Int32Array.of(index))).scores[0] ?? NaN)
  await ranker.close()
  return scores
}

function expectSame(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length)
  for (const [index, score] of expected.entries()) expect(Math.abs((got[index] ?? NaN) - score)).toBeLessThan(1e-5)
}

describe.skipIf(python === '')("Python's onnxruntime", () => {
  it.each(['wide-deep', 'dcn-v2', 'din'] as const)('gives the golden requests of %s their scores', async (name) => {
    const rows = asked.map(({ request, item }) => ({ ...request, ...item }))
    const directory = join(freshDirectory(), 'bundle')
    const bundle = await openBundle(
      await writeRandomBundle(directory, { config: configOf({ architecture: name }), state, rows }),
    )
    const golden = bundle.golden.map(({ score }) => score)
    expect(golden).toHaveLength(goldenCount)
    expect(new Set(golden).size).toBe(goldenCount)
    expectSame(await pythonScores(bundle), golden)
    expectSame(await bundle.score(bundle.encoder.encode(rows)), golden)
    expectSame(await fastScores(bundle), golden)
    await bundle.close()
  })
})
