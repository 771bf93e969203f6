/**
 * What a second thread brings: our step, and beside it nothing but its matrix products, on one thread and on two at once.
 *
 *   npm run build && node bench/scaling.js [<workload>] [--seconds 120] [--json]
 *
 * A step on two threads gives each half of a batch, and so do the bare products: same shapes, same executor, but no thread waits for another. All four
 * take turns in blocks of five seconds (DESIGN §9). step, products: examples per second of two threads over those of one. quotient: the first over
 * the second; .9 is aimed at. Each with its 95 % interval.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openCalibration } from './statistics.js'
import { compareThreads } from './training/compare-threads.js'
import { openWorkload, workloads } from './training/workloads.js'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, seconds: { type: 'string', default: '120' } },
  allowPositionals: true,
})
const [name = 'criteo-shape'] = positionals
const workload = workloads.find((one) => one.name === name)
if (!workload) throw new Error(`no workload ${name}; there are ${workloads.map((one) => one.name).join(', ')}`)
const scores = mkdtempSync(join(tmpdir(), 'bench-scaling-'))
try {
  const settings = { seconds: Number(values.seconds), calibrate: await openCalibration(), scores }
  const report = { cpu: cpus()[0].model, ...(await compareThreads(openWorkload(workload), settings)) }
  const said = ([value, lower, upper]) => `${value.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`
  if (values.json) console.log(JSON.stringify(report, null, 2))
  else {
    const { cpu, executor, step, products, quotient, discarded, total } = report
    console.log(`${cpu}, ${name}, ${executor}; ${discarded} of ${total} blocks discarded`)
    console.table(report.examplesPerSecond)
    console.log(`two threads over one: step ${said(step)}, products ${said(products)}, quotient ${said(quotient)}`)
  }
} finally {
  rmSync(scores, { recursive: true })
}
