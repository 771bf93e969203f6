/** What is done to a bundle, or to the process that tries it, has a word of its own. */
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { trainSmallBundle } from '../../test/trained-bundle.js'
import { openBundle, writeManifest } from '../model/index.js'
import type { DryRunOptions, DryRunResult } from './index.js'
import { askGolden, dryRun } from './index.js'

let home = ''
let bundle = ''

beforeAll(async () => {
  home = freshDirectory()
  bundle = await trainSmallBundle(home)
})

/** A copy that was changed and signed anew, as a trainer with a fault would have written it. */
async function faulty(change: (directory: string) => void): Promise<string> {
  const copy = join(freshDirectory(), 'bundle')
  cpSync(bundle, copy, { recursive: true })
  change(copy)
  const { content } = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8')) as { content: object }
  await writeManifest(copy, { ...content })
  return copy
}

/** Overwrites every weight of the embedding of `app`. */
function fillTable(directory: string, value: number): void {
  const file = join(directory, 'tables', 'embedding%2Fapp.f32')
  writeFileSync(file, new Float32Array(statSync(file).size / 4).fill(value))
}

function changeGolden(directory: string, change: (requests: { score: number }[]) => { score: number }[]): void {
  const file = join(directory, 'golden.json')
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as { score: number }[])))
}

describe('a dry run', () => {
  it('passes a sound bundle, and measures it', async () => {
    const result = await dryRun(bundle)
    expect(result).toMatchObject({ verdict: 'PASSED', reasons: [], requests: 32 })
    expect(result.largestDifference).toBeLessThan(1e-5)
    expect(result.p50Ms).toBeGreaterThan(0)
    expect(result.p99Ms).toBeGreaterThanOrEqual(result.p50Ms ?? Infinity)
    expect(result.peakBytes).toBeGreaterThan(20e6)
    expect(result.peakBytes).toBeLessThan(result.memoryLimitBytes)
  })

  const faults: [name: string, verdict: string, reason: RegExp, run: () => Promise<DryRunResult>][] = [
    [
      'a table that is NaN',
      'NOT_A_NUMBER',
      /32 of 32 scores are not finite: requests 0, 1, 2, 3, 4, …/,
      async () =>
        dryRun(
          await faulty((copy) => {
            fillTable(copy, NaN)
          }),
        ),
    ],
    [
      'weights that are not those of the trainer',
      'DISAGREES',
      /from the trainer's score, 1e-5 allowed/,
      async () =>
        dryRun(
          await faulty((copy) => {
            fillTable(copy, 0.3)
          }),
        ),
    ],
    [
      'one golden request that is 2e-5 away',
      'DISAGREES',
      /^request 7 is 2\.00e-5 /,
      async () =>
        dryRun(
          await faulty((copy) => {
            changeGolden(copy, (all) => all.map((one, i) => ({ ...one, score: one.score + (i === 7 ? 2e-5 : 0) })))
          }),
        ),
    ],
    [
      'no golden request',
      'REFUSED',
      /golden\.json/,
      async () =>
        dryRun(
          await faulty((copy) => {
            changeGolden(copy, () => [])
          }),
        ),
    ],
    [
      'a graph that is no graph',
      'REFUSED',
      /protobuf|onnx|model/i,
      async () =>
        dryRun(
          await faulty((copy) => {
            writeFileSync(join(copy, 'model.onnx'), 'no graph')
          }),
        ),
    ],
    [
      'a file that is not there',
      'REFUSED',
      /BUNDLE_DAMAGED.*model\.onnx/,
      async () => {
        const copy = await faulty(() => undefined)
        rmSync(join(copy, 'model.onnx'))
        return dryRun(copy)
      },
    ],
    [
      'a child that is killed',
      'CRASHED',
      /SIGKILL/,
      () => run({ onStart: (pid) => void process.kill(pid, 'SIGKILL') }),
    ],
    ['a deadline of 1 ms', 'HUNG', /no answer after 1 ms/, () => run({ deadlineMs: 1 })],
    ['a memory limit that is too small', 'TOO_MUCH_MEMORY', /32 MB/, () => run({ memoryLimitBytes: 32e6 })],
    ['a directory that is no bundle', 'REFUSED', /BUNDLE_MISSING/, () => dryRun(home)],
  ]
  const run = (options: DryRunOptions): Promise<DryRunResult> => dryRun(bundle, options)

  it.each(faults)('tells of %s: %s', async (_name, verdict, reason, attempt) => {
    const result = await attempt()
    expect(result.verdict).toBe(verdict)
    expect(result.reasons.join('\n')).toMatch(reason)
  })

  it('asks what a server warms itself up with', async () => {
    const opened = await openBundle(bundle)
    const answers = await askGolden(opened)
    await opened.close()
    expect(answers).toMatchObject({ count: 32, notNumbers: [] })
  })
})
