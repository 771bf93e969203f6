/** Workload after workload, all sides side by side: the report of the training benchmark. */
import { cpus } from 'node:os'
import { measure, threads } from './measure.js'
import { rowOf } from './report.js'
import { openWorkload } from './workloads.js'

/**
 * `own` and `peers`: sides by name, as measure.js takes them. Answers `{ workloads, leftOut, matrixPeakGflops, cpu, threads }`: a row for each workload
 * and side of our own, what is left out with its reason, and GFLOP/s of products in float32.
 */
export async function compareSides(workloads, { own, peers }, { say, cache, ...settings }) {
  const [rows, leftOut] = [[], []]
  const leaveOut = (name, reason) => {
    leftOut.push(`${name} is left out: ${reason}`)
    say(leftOut.at(-1))
  }
  const open = (declared) => {
    say(`${declared.name} …`)
    try {
      return openWorkload(declared, cache)
    } catch (error) {
      leaveOut(declared.name, error.message)
      return null
    }
  }
  for (const declared of workloads) {
    const workload = open(declared)
    if (!workload) continue
    const found = await measure(workload, { ...own, ...peers }, { ...settings, say, leaveOut })
    say(`${found.discarded} of ${found.total} blocks discarded`)
    for (const side of Object.keys(own)) rows.push(rowOf(workload, side, found, Object.keys(peers)))
  }
  const peaks = rows.filter(({ precision }) => precision === 'float32').map((row) => row.matrixPeakGflops)
  return { workloads: rows, leftOut, matrixPeakGflops: Math.max(...peaks), cpu: cpus()[0].model, threads }
}
