/** Numbers of samples, and what of a machine's mood may pass. */
import { randomInteger, randomKey } from '../dist/base/index.js'
import { Graph, createOnnxRuntimeExecutor, operations, writeOnnx } from '../dist/graph/index.js'

const sorted = (values) => Float64Array.from(values).sort()
/** The sample below which a share of them lies; NaN where there are none. */
export const quantile = (values, share) =>
  sorted(values)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN
export const median = (values) => quantile(values, 0.5)
export const p50p95p99 = (values) => ({
  p50Ms: quantile(values, 0.5),
  p95Ms: quantile(values, 0.95),
  p99Ms: quantile(values, 0.99),
})

/** 95 % interval of what `measure` makes of blocks, by drawing blocks with replacement. */
export function interval(blocks, measure = median, rounds = 2000) {
  const made = Array.from({ length: rounds }, (_, round) =>
    measure(blocks.map((__, i) => blocks[randomInteger(randomKey(7, String(round)), i, blocks.length)])),
  )
  return [quantile(made, 0.025), quantile(made, 0.975)]
}

/**
 * The median over laps of what `measure` makes of the rates of the sides it names, `measure(rates)` by side, with its 95 % interval: `[value, lower,
 * upper]`. What a machine gives changes from minute to minute, and the blocks of one lap see the same of it (decision 019).
 */
export function ofLaps(laps, names, { rateOf, measure }) {
  const whole = laps.filter((lap) => names.every((name) => lap[name]?.block))
  const calm = whole.filter((lap) => names.every((name) => lap[name].isCalm))
  const values = (calm.length < fewestBlocks ? whole : calm).map((lap) =>
    measure(Object.fromEntries(names.map((name) => [name, rateOf(lap[name].block)]))),
  )
  return [median(values), ...interval(values)]
}

/** How many times as fast one side was as another: `[ratio, lower, upper]`. */
export const ratioOfLaps = (laps, [ours, theirs], rateOf) =>
  ofLaps(laps, [ours, theirs], { rateOf, measure: (rates) => rates[ours] / rates[theirs] })

export async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** A fixed product of matrices: what the machine gives at the moment, in milliseconds. */
export async function openCalibration() {
  const graph = new Graph()
  const y = operations.matmul(graph.input('x', [256, 512]), graph.input('w', [512, 512]))
  const constants = { w: new Float32Array(512 * 512).fill(0.5) }
  const compiled = await createOnnxRuntimeExecutor().compile(
    writeOnnx({ outputs: { y }, precision: 'float32', constants }),
  )
  const feeds = { x: { data: new Float32Array(256 * 512).fill(0.5), shape: [256, 512] } }
  const calibrate = async () => {
    const times = []
    for (let i = 0; i < 25; i++) times.push(await timed(() => compiled.run(feeds)))
    return median(times)
  }
  await calibrate()
  return calibrate
}

/** More than this between the two products around a block, and the block does not count. */
const mostDrift = 0.05
/** Fewer blocks of a side make no interval. */
const fewestBlocks = 4

/**
 * Runs the sides in turn for so many seconds, or so many laps, every block between two products; every second lap the other way round, so that
 * no side is always the first. Answers the `laps`, each by side `{ block, isCalm }`; the blocks of each side that count; where those of a side are
 * too few, all of all sides, and `discarded` of `total` says how many would have gone.
 */
export async function inBlocks(sides, { seconds = Infinity, laps: mostLaps = Infinity, calibrate }) {
  const laps = []
  const end = performance.now() + 1000 * seconds
  const order = Object.entries(sides)
  while (laps.length < mostLaps && performance.now() < end) {
    const lap = {}
    for (const [name, run] of laps.length % 2 ? order.toReversed() : order) {
      const before = await calibrate()
      const block = await run()
      lap[name] = { block, isCalm: Math.abs((await calibrate()) / before - 1) <= mostDrift }
    }
    laps.push(lap)
  }
  const blocksOf = (name, isMeant) =>
    laps
      .map((lap) => lap[name])
      .filter(isMeant)
      .map(({ block }) => block)
  const kept = ({ isCalm }) => isCalm
  const names = order.map(([name]) => name)
  const areFew = names.some((name) => blocksOf(name, kept).length < fewestBlocks)
  return {
    laps,
    blocks: Object.fromEntries(names.map((name) => [name, blocksOf(name, areFew ? () => true : kept)])),
    discarded: laps.flatMap(Object.values).filter(({ isCalm }) => !isCalm).length,
    total: laps.length * names.length,
  }
}
