import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

interface Block {
  readonly examples: number
  readonly seconds: number
}
interface Side {
  run(seconds: number): Promise<Block>
  finish(seconds: number): Promise<readonly (Block & { logLoss: number; auc: number })[]>
  stop(): Promise<void>
}
interface Program {
  readonly command: string
  readonly args: readonly string[]
}
const moduleOf = (path: string): Promise<unknown> => import(new URL(`../bench/${path}`, import.meta.url).href)
const { openWorkload } = (await moduleOf('training/workloads.js')) as {
  openWorkload: (workload: object, cache: string) => { directory: string; plantedLogLoss: number }
}
const { startSide } = (await moduleOf('training/side-process.js')) as {
  startSide: (program: Program, task: object) => Promise<Side>
}
type Calibrate = () => Promise<number>
type Lap = Readonly<Record<string, { readonly block: number | null; readonly isCalm: boolean }>>
const { ratioOfLaps, openCalibration } = (await moduleOf('statistics.js')) as {
  ratioOfLaps: (laps: readonly Lap[], names: [string, string], rateOf: (block: number) => number) => number[]
  openCalibration: () => Promise<Calibrate>
}
type Row = Readonly<Record<string, unknown>> & { readonly peers: Readonly<Record<string, object>> }
interface Report {
  readonly workloads: readonly Row[]
  readonly leftOut: readonly string[]
  readonly matrixPeakGflops: number
  readonly cpu: string
}
interface Sides {
  readonly own: object
  readonly peers: object
}
const { compareSides } = (await moduleOf('training/compare-sides.js')) as {
  compareSides: (workloads: readonly object[], sides: Sides, settings: object) => Promise<Report>
}
const { boundOf } = (await moduleOf('training/measure.js')) as {
  boundOf: (workload: object, peer: { examplesPerSecond: number }, gflops: number) => number
}

const home = mkdtempSync(join(tmpdir(), 'bench-training-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

const tiny = {
  name: 'tiny',
  batchSize: 100,
  examples: 20_000,
  heldOut: 2050,
  scoreEvery: 10_000,
  source: {
    kind: 'generated',
    seed: 1,
    zipfExponent: 1.05,
    numbers: 2,
    columns: { a: 100, b: 7 },
    lists: { l: { values: 50, length: 3 } },
    crosses: [['a', 'b']],
    crossBuckets: 500,
  },
  model: {
    wide: { columns: 'all', optimizer: { name: 'ftrl', learningRate: 0.05 } },
    deep: { embedding: 4, hidden: [8], optimizer: { name: 'adagrad', learningRate: 0.05 } },
  },
  lossReduction: 'sum',
}
const program = {
  command: process.execPath,
  args: [fileURLToPath(new URL('../bench/training/sides/widedeep.js', import.meta.url))],
}
const taskOf = (workload: object): object => ({
  ...tiny,
  ...workload,
  threads: 1,
  precision: 'float32',
  settings: { seed: 3 },
  scores: join(home, 'scores'),
})

describe('a side of the training benchmark', () => {
  it('trains as long as it is told, then to the end of its examples, and learns what is planted', async () => {
    const workload = openWorkload(tiny, home)
    const side = await startSide(program, taskOf(workload))
    const { examples, seconds } = await side.run(0.05)
    const scored = await side.finish(60)
    await side.stop()
    expect(seconds).toBeGreaterThanOrEqual(0.05)
    expect(examples % tiny.batchSize).toBe(0)
    expect(scored.map((at) => at.examples)).toEqual([10_000, 20_000])
    const buffer = readFileSync(join(workload.directory, 'held-out', 'labels.f32'))
    const labels = new Float32Array(buffer.buffer, buffer.byteOffset, tiny.heldOut)
    const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length
    const ofMean = -mean * Math.log(mean) - (1 - mean) * Math.log(1 - mean)
    expect(scored[1]?.logLoss).toBeGreaterThan(workload.plantedLogLoss)
    expect(scored[1]?.logLoss).toBeLessThan((ofMean + workload.plantedLogLoss) / 2)
    expect(scored[1]?.seconds).toBeGreaterThan(scored[0]?.seconds ?? Infinity)
  })

  it('that cannot start says why', async () => {
    const broken = { command: process.execPath, args: ['-e', 'console.error("no such library"); process.exit(1)'] }
    await expect(startSide(broken, taskOf({}))).rejects.toThrow('no such library')
    await expect(startSide({ command: join(home, 'nowhere'), args: [] }, taskOf({}))).rejects.toThrow('ENOENT')
  })
})

describe('the report of the training benchmark', () => {
  const side = { precision: 'float32', settings: { executor: 'onnxruntime' }, program: () => program }
  const broken = {
    precision: 'bfloat16',
    program: () => ({
      command: process.execPath,
      args: ['-e', 'console.error("not for this processor"); process.exit(1)'],
    }),
  }
  let made: Promise<Report> | undefined
  const report = (): Promise<Report> => (made ??= make())
  const make = async (): Promise<Report> =>
    compareSides(
      [
        { ...tiny, targetAuc: 0.6 },
        { ...tiny, name: 'absent', source: { kind: 'nowhere' } },
      ],
      { own: { widedeep: side, 'widedeep-bfloat16': broken }, peers: { twin: side, 'twin-bfloat16': broken } },
      {
        seconds: 0.05,
        calibrate: await openCalibration(),
        scores: join(home, 'report'),
        say: () => undefined,
        cache: home,
      },
    )

  it('has every key that was asked for, with null for what is not to be had', async () => {
    const { workloads, leftOut, matrixPeakGflops, cpu } = JSON.parse(JSON.stringify(await report())) as Report
    expect(workloads).toHaveLength(2)
    for (const row of workloads) {
      const keys = [
        'name', 'precision', 'examplesPerSecond', 'logLoss', 'peers', 'ratioToFastestPeer', 'ratioToFastestFloat32Peer', 'bound',
      ] // prettier-ignore
      for (const key of keys) expect(row).toHaveProperty(key)
      expect(Object.keys(row.peers)).toEqual(['twin', 'twin-bfloat16'])
      for (const peer of Object.values(row.peers))
        for (const key of ['precision', 'examplesPerSecond', 'logLoss']) expect(peer).toHaveProperty(key)
    }
    const [ours, absent] = workloads
    // The same program from the same seed.
    expect(ours).toMatchObject({ name: 'tiny', precision: 'float32', fastestPeer: 'twin' })
    expect(ours?.['logLoss']).toBe((ours?.peers['twin'] as Row | undefined)?.['logLoss'])
    expect(ours?.['ratioToFastestPeer']).toBeGreaterThan(0)
    expect(ours?.['ratioToFastestFloat32Peer']).toBe(ours?.['ratioToFastestPeer'])
    expect(ours?.['bound']).toBeGreaterThan(0)
    const nothing = { examplesPerSecond: null, logLoss: null, ratioToFastestPeer: null, bound: null }
    expect(absent).toMatchObject({ precision: 'bfloat16', ...nothing, reason: 'not for this processor' })
    expect(matrixPeakGflops).toBeGreaterThan(0)
    expect(cpu).not.toBe('')
    expect(leftOut.map((line) => line.split(' is left out')[0])).toEqual([
      'widedeep-bfloat16 on tiny',
      'twin-bfloat16 on tiny',
      'absent',
    ])
  })

  it('says when each side came to the AUC aimed at, by the clock of its training, and who was first', async () => {
    const [row, absent] = (await report()).workloads
    expect(row?.['examplesToAuc']).toBe(10_000)
    expect(absent).toMatchObject({ examplesToAuc: null, secondsToAuc: null })
    const [ours, theirs] = [row, row?.peers['twin'] as Row | undefined].map((one) => one?.['secondsToAuc'] as number)
    const first = row?.['firstToAuc'] as { side: string; seconds: number }
    expect(first.seconds).toBe(Math.min(ours ?? 0, theirs ?? 0))
    expect(first.side).toBe((ours ?? 0) <= (theirs ?? 0) ? 'widedeep' : 'twin')
  })
})

describe('what is said of two sides', () => {
  const lap = (ours: number | null, theirs: number, isCalm = true): Lap => ({
    ours: { block: ours, isCalm },
    theirs: { block: theirs, isCalm: true },
  })
  const ratioOf = (...laps: Lap[]): number[] => ratioOfLaps(laps, ['ours', 'theirs'], (block) => 10 * block)

  it('is the median of the ratios of their laps, with an interval that holds it', () => {
    const [ratio = 0, lower = 0, upper = 0] = ratioOf(lap(2, 1), lap(44, 20), lap(1.9, 1), lap(210, 100), lap(3, 1))
    expect(ratio).toBe(2.1)
    expect(lower).toBeLessThan(2.1)
    expect(upper).toBeGreaterThan(2.1)
  })

  it('is that of a machine whose speed changes from lap to lap, too', () => {
    expect(ratioOf(...[1, 7, 3, 90, 0.2].map((speed) => lap(2 * speed, speed)))).toEqual([2, 2, 2])
  })

  it('leaves out laps that were not calm where enough are left, and those that a side did not come through', () => {
    const calm = Array.from({ length: 4 }, () => lap(4, 2))
    expect(ratioOf(...calm, lap(9, 1, false), lap(null, 1))).toEqual([2, 2, 2])
    expect(ratioOf(lap(4, 2), lap(4, 2, false), lap(null, 1))).toEqual([2, 2, 2])
  })

  it('has the matrix products as its bound', () => {
    // Layers 2 → 3 → 1: 3 · 2 · (6 + 3) operations an example; at 54 of them a nanosecond, 10⁹ examples a second.
    const columns = [{ isCross: false }, { isCross: true }]
    const workload = { batchSize: 10, columns, numberCount: 1, model: { deep: { embedding: 1, hidden: [3] } } }
    expect(boundOf(workload, { examplesPerSecond: 1e8 }, 54)).toBeCloseTo(10, 9)
  })
})
