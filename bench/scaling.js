/**
 * What a second thread brings: our step, and beside it nothing but its matrix products, on one thread and on two at once.
 *
 *   npm run build && node bench/scaling.js [<workload>] [--seconds 120] [--json]
 *
 * A step on two threads gives each half of a batch, and so do the bare products: same shapes, same executor, but no thread waits for another. All four
 * take turns in blocks of five seconds (DESIGN §9). step, products: examples per second of two threads over those of one. quotient: the first by the
 * second, with its 95 % interval; .9 is aimed at.
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { openExecutor } from '../dist/graph/index.js'
import { inBlocks, median, ofMedians, openCalibration } from './statistics.js'
import { ownProgram } from './training/own-sides.js'
import { layersOf } from './training/matrix-peak.js'
import { startSide } from './training/side-process.js'
import { openWorkload, workloads } from './training/workloads.js'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, seconds: { type: 'string', default: '120' } },
  allowPositionals: true,
})
const [name = 'criteo-shape'] = positionals
const workload = openWorkload(workloads.find((one) => one.name === name))
const blockSeconds = 5

/** What the step uses on one thread where it can be had; asked for by name, so that both sides have the same. */
const onednn = { executor: 'onednn', precision: 'float32' }
const execution = 'reason' in (await openExecutor(onednn)) ? { ...onednn, executor: 'onnxruntime' } : onednn

function openStep(threads, scores) {
  const task = { ...workload, threads, precision: 'float32', settings: { executor: execution.executor }, scores }
  return startSide(ownProgram(), task)
}

/** Products on so many threads, each of its share of a batch. */
function openProducts(threads) {
  const workerData = { layers: layersOf(workload), batchSize: workload.batchSize / threads, execution }
  const file = new URL('training/product-thread.js', import.meta.url)
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

const scores = mkdtempSync(join(tmpdir(), 'bench-scaling-'))
const sides = {}
try {
  for (const threads of [1, 2]) {
    sides[`step ${threads}`] = await openStep(threads, scores)
    sides[`products ${threads}`] = openProducts(threads)
  }
  for (const side of Object.values(sides)) await side.run(2)
  const turns = Object.entries(sides).map(([side, { run }]) => [side, () => run(blockSeconds)])
  const seconds = Number(values.seconds)
  const { blocks, discarded, total } = await inBlocks(Object.fromEntries(turns), {
    seconds,
    calibrate: await openCalibration(),
  })
  const rates = Object.fromEntries(
    Object.entries(blocks).map(([side, of]) => [side, of.map((block) => block.examples / block.seconds)]),
  )
  const ratioOf = (medians, kind) => medians[`${kind} 2`] / medians[`${kind} 1`]
  const report = {
    workload: name,
    executor: execution.executor,
    cpu: cpus()[0].model,
    examplesPerSecond: Object.fromEntries(Object.entries(rates).map(([side, of]) => [side, median(of)])),
    step: ofMedians(rates, (medians) => ratioOf(medians, 'step')),
    products: ofMedians(rates, (medians) => ratioOf(medians, 'products')),
    quotient: ofMedians(rates, (medians) => ratioOf(medians, 'step') / ratioOf(medians, 'products')),
    discarded,
    total,
  }
  const said = ([value, lower, upper]) => `${value.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`
  if (values.json) console.log(JSON.stringify(report, null, 2))
  else {
    console.log(`${report.cpu}, ${name}, ${report.executor}; ${discarded} of ${total} blocks discarded`)
    console.table(report.examplesPerSecond)
    console.log(
      `two threads over one: step ${said(report.step)}, products ${said(report.products)}, quotient ${said(report.quotient)}`,
    )
  }
} finally {
  await Promise.all(Object.values(sides).map((side) => side.stop()))
  rmSync(scores, { recursive: true })
}
