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
import { randomInteger, randomKey, randomNormal } from '../dist/base/index.js'
import { categorical, createEncoder, cross, numeric } from '../dist/features/index.js'
import { Graph, createOnnxRuntimeExecutor, operations, writeOnnx } from '../dist/graph/index.js'
import { createNetwork, layoutInputs, openBundle, resolveModel, writeBundle } from '../dist/model/index.js'
import { openFastRanker } from '../dist/ranking/index.js'

const option = (name, value) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : value)
const seconds = Number(option('--seconds', 60))
const candidateCount = 200
const itemCount = 10_000
const tokens = 1000
const side = (prefix) => ({
  ...Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`${prefix}${i}`, categorical({ values: tokens })])),
  ...Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`${prefix}n${i}`, numeric()])),
})
const config = {
  data: {},
  features: { user: side('u'), item: side('i') },
  model: {
    wide: [cross('u0', 'i0', { hashBuckets: 100_000 }), cross('u1', 'i1', { hashBuckets: 100_000 })],
    deep: { embedding: 32, hidden: [1024, 512, 256] },
  },
}

function randomRow(prefix, seed) {
  const row = {}
  for (let i = 0; i < 18; i++) row[`${prefix}${i}`] = randomInteger(randomKey(seed, prefix), i, tokens)
  for (let i = 0; i < 24; i++) row[`${prefix}n${i}`] = randomNormal(randomKey(seed, prefix), 100 + i)
  return row
}

async function writeRandom(directory) {
  const columns = Object.fromEntries(
    Object.entries({ ...config.features.user, ...config.features.item }).map(([name, { kind }]) => [
      name,
      { json: kind === 'identity' ? {} : { hasMissing: false, mean: 0, deviation: 1 }, arrays: {} },
    ]),
  )
  const featureState = { columns, crosses: {} }
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, createEncoder(config, featureState).columns)
  const network = createNetwork(model, layout)
  const draw = (name, length, scale, first = 0) =>
    Float32Array.from({ length }, (_, i) => scale * randomNormal(randomKey(1, name), first + i))
  const constants = Object.fromEntries(
    network.parameters.map(({ name, shape }) => [
      name,
      draw(
        name,
        shape.reduce((a, b) => a * b, 1),
        1 / Math.sqrt(shape[0]),
      ),
    ]),
  )
  const tables = layout.tables.map((spec) => ({
    spec,
    readWeights: (first, count) => draw(spec.name, count * spec.dimension, 1, first * spec.dimension),
  }))
  const onnx = network.inferenceModel(constants)
  await writeBundle(directory, {
    config,
    featureState,
    onnx,
    tables,
    golden: [],
    calibration: null,
    trainingState: null,
    catalogue: [],
  })
  return onnx
}

/** A fixed product of matrices: what the machine gives at the moment. */
async function openCalibration() {
  const graph = new Graph()
  const y = operations.matmul(graph.input('x', [256, 512]), graph.input('w', [512, 512]))
  const constants = { w: new Float32Array(512 * 512).fill(0.5) }
  const compiled = await createOnnxRuntimeExecutor().compile(
    writeOnnx({ outputs: { y }, precision: 'float32', constants }),
  )
  const feeds = { x: { data: new Float32Array(256 * 512).fill(0.5), shape: [256, 512] } }
  return async () => {
    const times = []
    for (let i = 0; i < 25; i++) times.push(await timed(() => compiled.run(feeds)))
    return median(times)
  }
}

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const sorted = (values) => [...values].sort((a, b) => a - b)
const quantile = (values, share) => sorted(values)[Math.min(values.length - 1, Math.floor(share * values.length))]
const median = (values) => quantile(values, 0.5)

/** 95 % interval of the median by resampling. */
function interval(values) {
  const medians = Array.from({ length: 2000 }, (_, round) =>
    median(values.map((__, i) => values[randomInteger(randomKey(7, String(round)), i, values.length)])),
  )
  return [quantile(medians, 0.025), quantile(medians, 0.975)]
}

const home = mkdtempSync(join(tmpdir(), 'bench-ranker-'))
try {
  const onnx = await writeRandom(join(home, 'bundle'))
  const bundle = await openBundle(join(home, 'bundle'))
  const items = Array.from({ length: itemCount }, (_, index) => randomRow('i', index))
  const ranker = await openFastRanker(bundle, { items })
  const plain = await createOnnxRuntimeExecutor().compile(onnx, { threads: 1, spinning: false })
  const stage = bundle.stage(bundle.layout)
  const requests = Array.from({ length: 16 }, (_, seed) => {
    const row = randomRow('u', 1e6 + seed)
    const candidates = Int32Array.from({ length: candidateCount }, (_, i) =>
      randomInteger(randomKey(seed), i, itemCount),
    )
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
  const times = { plain: [], fast: [] }
  const ratios = []
  let discarded = 0
  await calibrate()
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end) {
    const before = await calibrate()
    const block = { plain: [], fast: [] }
    for (let turn = 0; turn < 3; turn++)
      for (const [name, run] of Object.entries(sides))
        for (const request of requests) block[name].push(await timed(() => run(request)))
    const after = await calibrate()
    if (Math.abs(after / before - 1) > 0.05) {
      discarded++
      continue
    }
    ratios.push(median(block.plain) / median(block.fast))
    for (const name of Object.keys(sides)) times[name].push(...block[name])
  }
  const { multiplications } = bundle.split()
  const [lower, upper] = interval(ratios)
  const result = {
    candidates: candidateCount,
    ratioToPlainForward: median(ratios),
    ratioLower: lower,
    ratioUpper: upper,
    bound: multiplications.plain / multiplications.pair,
    plainP50Ms: median(times.plain),
    fastP50Ms: median(times.fast),
    fastP99Ms: quantile(times.fast, 0.99),
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
