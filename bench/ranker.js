/**
 * The ranker alone, in process: 200 candidates of the paper's network (1200 → 1024 → 512 → 256 → 1, half of the inputs of the item),
 * the fast path against a plain ONNX Runtime forward pass with constant weights: one thread each, the same inputs, in turn.
 *
 *   npm run build && node bench/ranker.js [--json] [--seconds 60]
 *
 * `plain` is one run of the whole graph over inputs that lie ready; the fast path begins with raw features and item indexes. So its
 * ratio is less than the bound, the multiplications of the whole graph over those of a pair, by all that is not a product too.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomInteger } from '../dist/base/index.js'
import { createOnnxRuntimeExecutor } from '../dist/graph/index.js'
import { openBundle } from '../dist/model/index.js'
import { openFastRanker } from '../dist/ranking/index.js'
import { paperConfig, paperRow, writeRandomBundle } from './random-bundle.js'
import { inBlocks, interval, median, openCalibration, quantile, timed } from './statistics.js'

const option = (name, value) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : value)
const seconds = Number(option('--seconds', 60))
const candidateCount = 200
const itemCount = 10_000

const home = mkdtempSync(join(tmpdir(), 'bench-ranker-'))
try {
  const sizes = { itemCount: 0, userCount: 0 }
  const onnx = await writeRandomBundle(join(home, 'bundle'), { config: paperConfig(), rowOf: paperRow, ...sizes })
  const bundle = await openBundle(join(home, 'bundle'))
  const items = Array.from({ length: itemCount }, (_, index) => paperRow('i', index))
  const ranker = await openFastRanker(bundle, { items })
  const plain = await createOnnxRuntimeExecutor().compile(onnx, { threads: 1, spinning: false })
  const stage = bundle.stage(bundle.layout)
  const requests = Array.from({ length: 16 }, (_, seed) => {
    const row = paperRow('u', 1e6 + seed)
    const candidates = Int32Array.from({ length: candidateCount }, (_, i) => randomInteger(seed, i, itemCount))
    const feeds = stage.forward(bundle.encoder.encode([...candidates].map((item) => ({ ...row, ...items[item] }))))
    const own = Object.entries(feeds).map(([name, { data, shape }]) => [name, { data: data.slice(), shape }])
    return { row, candidates, feeds: Object.fromEntries(own) }
  })
  let largest = 0
  for (const { row, candidates, feeds } of requests) {
    const [{ score }, { scores }] = [await plain.run(feeds), await ranker.rank(row, candidates)]
    for (const [i, value] of score.data.entries()) largest = Math.max(largest, Math.abs(value - scores[i]))
  }
  if (!(largest < 1e-5)) throw new Error(`the scores differ by ${largest}`)
  const calibrate = await openCalibration()
  const sides = { plain: ({ feeds }) => plain.run(feeds), fast: ({ row, candidates }) => ranker.rank(row, candidates) }
  const both = async () => {
    const block = { plain: [], fast: [] }
    for (let turn = 0; turn < 3; turn++)
      for (const [name, run] of Object.entries(sides))
        for (const request of requests) block[name].push(await timed(() => run(request)))
    return block
  }
  const { blocks, discarded } = await inBlocks({ both }, { seconds, calibrate })
  const ratios = blocks.both.map(({ plain, fast }) => median(plain) / median(fast))
  const times = (name) => blocks.both.flatMap((block) => block[name])
  const { multiplications } = bundle.split()
  const [lower, upper] = interval(ratios)
  const result = {
    candidates: candidateCount,
    ratioToPlainForward: median(ratios),
    ratioLower: lower,
    ratioUpper: upper,
    bound: multiplications.plain / multiplications.pair,
    plainP50Ms: median(times('plain')),
    fastP50Ms: median(times('fast')),
    fastP99Ms: quantile(times('fast'), 0.99),
    largestDifference: largest,
    blocks: ratios.length,
    discarded,
    cpu: cpus()[0].model,
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify(result, null, 2))
  else
    console.log(
      [
        `${result.candidates} candidates, one thread, ${result.cpu}`,
        `plain forward pass ${result.plainP50Ms.toFixed(3)} ms, fast path ${result.fastP50Ms.toFixed(3)} ms (p99 ${result.fastP99Ms.toFixed(3)})`,
        `${result.ratioToPlainForward.toFixed(2)} times as fast (${lower.toFixed(2)} to ${upper.toFixed(2)}), bound ${result.bound.toFixed(2)}`,
        `${result.blocks} blocks, ${discarded} discarded; scores differ by at most ${largest.toExponential(1)}`,
      ].join('\n'),
    )
  await Promise.all([ranker.close(), plain.close(), bundle.close()])
} finally {
  rmSync(home, { recursive: true })
}
