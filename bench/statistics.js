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

/** What `measure` makes of the sides' medians, by name, with its 95 % interval: `[value, lower, upper]`. */
export function ofMedians(blocks, measure, rounds = 2000) {
  const mediansOf = (choose) =>
    Object.fromEntries(Object.entries(blocks).map(([name, values]) => [name, median(choose(name, values))]))
  const made = Array.from({ length: rounds }, (_, round) =>
    measure(
      mediansOf((name, values) => {
        const key = randomKey(7, name, round)
        return values.map((__, i) => values[randomInteger(key, i, values.length)])
      }),
    ),
  )
  return [measure(mediansOf((_, values) => values)), quantile(made, 0.025), quantile(made, 0.975)]
}

/** Median of one side's blocks over that of another's, with its 95 % interval: `[ratio, lower, upper]`. */
export const ratioOfMedians = (ours, theirs) => ofMedians({ ours, theirs }, (medians) => medians.ours / medians.theirs)

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
 * Runs the sides in turn for so many seconds, or so many laps, every block between two products. Answers the blocks of each side that count; where
 * those of a side are too few, all of all sides, and `discarded` of `total` says how many would have gone.
 */
export async function inBlocks(sides, { seconds = Infinity, laps = Infinity, calibrate }) {
  const kept = Object.fromEntries(Object.keys(sides).map((name) => [name, []]))
  const all = structuredClone(kept)
  let [discarded, total] = [0, 0]
  const end = performance.now() + 1000 * seconds
  for (let lap = 0; lap < laps && performance.now() < end; lap++)
    for (const [name, run] of Object.entries(sides)) {
      const before = await calibrate()
      const block = await run()
      const after = await calibrate()
      all[name].push(block)
      total++
      if (Math.abs(after / before - 1) > mostDrift) discarded++
      else kept[name].push(block)
    }
  const areFew = Object.values(kept).some((blocks) => blocks.length < fewestBlocks)
  return { blocks: areFew ? all : kept, discarded, total }
}
