/** A step on one thread and on two, beside nothing but its matrix products on as many. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { openExecutor } from '../../dist/graph/index.js'
import { inBlocks, median, ofLaps, ratioOfLaps } from '../statistics.js'
import { layersOf } from './matrix-peak.js'
import { ownProgram } from './own-sides.js'
import { startSide } from './side-process.js'

const warmUpSeconds = 2
const blockSeconds = 2

/**
 * Answers `examplesPerSecond` of each side, and what the second thread brings, `[value, lower, upper]`: `step`, `products`, and `quotient`, the one over
 * the other.
 */
export async function compareThreads(workload, { seconds, calibrate, scores }) {
  const execution = await fastestExecution()
  const sides = {}
  try {
    for (const threads of [1, 2]) {
      const settings = { executor: execution.executor }
      const task = { ...workload, threads, precision: execution.precision, settings, scores }
      sides[`step ${threads}`] = await startSide(ownProgram(), task)
      sides[`products ${threads}`] = openProducts(workload, { threads, execution })
    }
    for (const side of Object.values(sides)) await side.run(Math.min(warmUpSeconds, seconds))
    const turns = Object.entries(sides).map(([name, { run }]) => [name, () => run(Math.min(blockSeconds, seconds))])
    const { blocks, laps, ...counts } = await inBlocks(Object.fromEntries(turns), { seconds, calibrate })
    const rateOf = (block) => block.examples / block.seconds
    const pairOf = (kind) => [`${kind} 2`, `${kind} 1`]
    const quotient = ({ 'step 2': s2, 'step 1': s1, 'products 2': p2, 'products 1': p1 }) => s2 / s1 / (p2 / p1)
    return {
      workload: workload.name,
      executor: execution.executor,
      examplesPerSecond: Object.fromEntries(Object.entries(blocks).map(([name, of]) => [name, median(of.map(rateOf))])),
      step: ratioOfLaps(laps, pairOf('step'), rateOf),
      products: ratioOfLaps(laps, pairOf('products'), rateOf),
      quotient: ofLaps(laps, Object.keys(sides), { rateOf, measure: quotient }),
      ...counts,
    }
  } finally {
    await Promise.all(Object.values(sides).map((side) => side.stop()))
  }
}

/** oneDNN where it is there: what a step takes by itself on one thread. Asked for by name, so that all sides have the same. */
async function fastestExecution() {
  const onednn = { executor: 'onednn', precision: 'float32' }
  return 'reason' in (await openExecutor(onednn)) ? { ...onednn, executor: 'onnxruntime' } : onednn
}

/** The products on so many threads at once, each with its share of a batch. */
function openProducts(workload, { threads, execution }) {
  const workerData = { layers: layersOf(workload), batchSize: workload.batchSize / threads, execution }
  const file = new URL('product-thread.js', import.meta.url)
  const workers = Array.from({ length: threads }, () => new Worker(file, { workerData }))
  return {
    async run(seconds) {
      const asked = workers.map(async (worker) => {
        worker.postMessage(seconds)
        const [block] = await once(worker, 'message')
        return block
      })
      const blocks = await Promise.all(asked)
      return {
        examples: blocks.reduce((sum, block) => sum + block.examples, 0),
        seconds: Math.max(...blocks.map((block) => block.seconds)),
      }
    },
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}
