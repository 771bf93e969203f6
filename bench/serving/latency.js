/** Latency of lists over HTTP, open loop: the paper's Table 2, other architectures on the same path, and half of the capacity. */
import { rmSync } from 'node:fs'
import { paperConfig } from '../random-bundle.js'
import { inBlocks, p50p95p99 } from '../statistics.js'
import { candidateCount } from './set-up.js'

/** Requests a second at which they do not wait for each other: what the paper's table is about. */
const calmRate = 40

/** The rows of a table: latencies of several servers, whose blocks take turns. */
export async function rowsOf(sides, { seconds, blockSeconds, calibrate }) {
  const runs = Object.fromEntries(
    Object.entries(sides).map(([name, { generator, rate = calmRate }]) => [
      name,
      () => generator.run({ rate, seconds: blockSeconds }),
    ]),
  )
  const { blocks, discarded, total } = await inBlocks(runs, { seconds, calibrate })
  return Object.entries(sides).map(([name, { row = {} }]) => {
    const latencies = blocks[name].flatMap(({ latency }) => [...latency])
    const failed = blocks[name].reduce((sum, block) => sum + block.failed, 0)
    const causes = Object.assign({}, ...blocks[name].map((block) => block.causes))
    return { ...row, ...p50p95p99(latencies), requests: latencies.length, failed, causes, discarded, blocks: total }
  })
}

/** Candidates of a part, and threads. */
export const shapes = [
  { batch: 200, threads: 1 },
  { batch: 100, threads: 2 },
]
export const argsOf = ({ batch, threads }) => ['--threads', String(threads), '--part-size', String(batch)]

/** 200 candidates as one part on one thread, and as two parts on two. */
export async function table2(bench, settings) {
  const sides = {}
  for (const shape of shapes) {
    const side = await bench.serve(argsOf(shape))
    sides[`${shape.threads} × ${shape.batch}`] = { ...side, row: { model: 'wide-deep', ...shape } }
  }
  const rows = await rowsOf(sides, settings)
  for (const side of Object.values(sides)) await bench.stop(side)
  return rows
}

const others = { 'dcn-v2': { name: 'dcn-v2', layers: 2 }, din: 'din' }

/** DCN-v2 and DIN bundles of the same features and tower. */
export async function architectures(bench, settings) {
  const rows = []
  for (const [model, architecture] of Object.entries(others)) {
    const directory = await bench.bundle(model, { config: paperConfig(architecture) })
    const [, shape] = shapes
    const side = await bench.serve(argsOf(shape), { models: ['--bundle', directory] })
    rows.push(...(await rowsOf({ [model]: { ...side, row: { model, ...shape } } }, settings)))
    await bench.stop(side)
    rmSync(directory, { recursive: true })
  }
  return rows
}

/** Latency at half of the capacity. */
export async function halfLoad(side, { candidatesPerSecond, ...settings }) {
  const rate = candidatesPerSecond / candidateCount / 2
  const [row] = await rowsOf({ half: { ...side, rate } }, settings)
  return { ...row, requestsPerSecond: rate }
}
