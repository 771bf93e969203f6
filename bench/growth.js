/**
 * What an example costs as training goes on and as tables grow, as two curves:
 *
 *   npm run build && node bench/growth.js [--quick] [--json] [--out <directory>]
 *
 * Network, columns and batches are those of criteo-shape in bench/workloads.json, all processors train. First twenty million examples, drawn anew a
 * million at a time: the cost of each million. Then tables of 100 thousand to 20 million rows, ids by the workload's Zipf law and uniform; beside
 * each the cost of visiting the same rows and doing nothing with them, which is what cache misses alone make of it. About 12 minutes and
 * 9 GB; `--quick` is a look of one minute. Writes training-examples.svg and training-rows.svg.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { curvesSvg } from './curves-svg.js'
import { openCalibration } from './statistics.js'
import { costByExamples } from './training/cost-by-examples.js'
import { costByRows } from './training/cost-by-rows.js'
import { workloads } from './training/workloads.js'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    out: { type: 'string', default: 'runs/training-growth' },
  },
})
const threads = cpus().length
const [criteo] = workloads
const calibrate = await openCalibration()
const say = (words) => console.error(words)
const lengths = values.quick
  ? { millions: 3, blocks: 1, rowCounts: [1e5, 1e6], seconds: 4 }
  : { millions: 20, blocks: 10, rowCounts: [1e5, 5e5, 2e6, 5e6, 1e7, 2e7], seconds: 90 }

const examples = await costByExamples({ ...criteo, threads }, { ...lengths, calibrate, say })
const rows = await costByRows({ ...criteo, threads }, { ...lengths, calibrate, say })
const peakMemoryGiB = process.resourceUsage().maxRSS / 2 ** 20

mkdirSync(values.out, { recursive: true })
const cost = { label: 'µs an example', from: 0 }
writeFileSync(
  join(values.out, 'training-examples.svg'),
  curvesSvg(
    [
      { name: 'by the clock', points: examples.points.map((at) => ({ x: at.examples / 1e6, y: at.microseconds })) },
      {
        name: `of ${threads} processors together`,
        points: examples.points.map((at) => ({ x: at.examples / 1e6, y: at.processorMicroseconds })),
      },
    ],
    { x: { label: 'examples seen, in millions' }, y: cost },
  ),
)
const curveOf = (name, key) => ({ name, points: rows.points.map((at) => ({ x: at.tableRows, y: at[key] })) })
writeFileSync(
  join(values.out, 'training-rows.svg'),
  curvesSvg(
    [
      curveOf('a step, uniform ids', 'uniform'),
      curveOf('a step, Zipf ids', 'zipf'),
      curveOf('its rows alone, uniform ids', 'uniformRows'),
      curveOf('its rows alone, Zipf ids', 'zipfRows'),
    ],
    {
      x: { label: 'rows of the tables (logarithmic)', isLogarithmic: true },
      y: { ...cost, label: 'µs of a processor an example' },
    },
  ),
)

const rounded = (point) =>
  Object.fromEntries(Object.entries(point).map(([key, value]) => [key, Number(value.toFixed(2))]))
const cpu = cpus()[0].model
if (values.json) console.log(JSON.stringify({ cpu, threads, peakMemoryGiB, examples, rows }, null, 2))
else {
  console.log(
    `${cpu}, ${threads} threads, at most ${peakMemoryGiB.toFixed(1)} GiB; µs an example, with the blocks that were discarded`,
  )
  console.table(examples.points.map(rounded))
  console.log(
    `the dearest million costs ${examples.spread.toFixed(2)} times the cheapest, in processor time ${examples.processorSpread.toFixed(2)}; 1.15 is aimed at`,
  )
  console.log(`µs of a processor an example; ${rows.discarded} of ${rows.total} blocks discarded`)
  console.table(rows.points.map(rounded))
}
