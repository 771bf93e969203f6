/**
 * Training beside the implementations of others, on the same rows, batch sizes and threads:
 *
 *   npm run bench:training [-- <workload> …] [--peers <name>,…] [--seconds 300] [--json]
 *
 * Workloads are pinned in bench/workloads.json. The peers are installed into a cache directory (WIDEDEEP_BENCH_CACHE, by default in the temporary
 * directory; 6 GB with the rows); one that cannot be is named with its reason. Sides take turns in blocks of five seconds for so many seconds a
 * workload (DESIGN §9), then train on to the workload's examples and are judged on held-out rows. `--peers none` measures our side alone.
 *
 * A workload that aims at an AUC is judged after every so many examples: the time to it is that of training alone, for all sides.
 *
 * ratio: our examples per second over those of the fastest peer of the same precision, with its 95 % interval. bound: what the ratio were if a
 * step of ours were nothing but its matrix products at the measured peak.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openCalibration } from './statistics.js'
import { compareSides } from './training/compare-sides.js'
import { ownSides } from './training/own-sides.js'
import { peers } from './training/peers.js'
import { lineOf } from './training/report.js'
import { workloads } from './training/workloads.js'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, peers: { type: 'string' }, seconds: { type: 'string', default: '300' } },
  allowPositionals: true,
})

function chosen(all, names, kind) {
  const unknown = names.find((name) => !all.includes(name))
  if (unknown) throw new Error(`no ${kind} ${unknown}; there are ${all.join(', ')}`)
  return names.length === 0 ? all : names
}

const peerNames = values.peers === 'none' ? [] : chosen(Object.keys(peers), values.peers?.split(',') ?? [], 'peer')
const names = chosen(
  workloads.map(({ name }) => name),
  positionals,
  'workload',
)
const sides = { own: ownSides, peers: Object.fromEntries(peerNames.map((name) => [name, peers[name]])) }

const scores = mkdtempSync(join(tmpdir(), 'bench-training-'))
try {
  const settings = { seconds: Number(values.seconds), calibrate: await openCalibration(), scores, say: console.error }
  const wanted = names.map((name) => workloads.find((workload) => workload.name === name))
  const report = await compareSides(wanted, sides, settings)
  if (values.json) console.log(JSON.stringify(report, null, 2))
  else {
    console.log(`${report.cpu}, ${report.threads} threads, products at ${report.matrixPeakGflops.toFixed(0)} GFLOP/s`)
    console.log('examples per second / held-out log loss after the same examples / training time to the AUC aimed at')
    console.table(report.workloads.map(lineOf))
    for (const line of report.leftOut) console.log(line)
  }
} finally {
  rmSync(scores, { recursive: true })
}
