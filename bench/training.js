/**
 * Training beside the implementations of others, on the same rows, batch sizes and threads:
 *
 *   npm run bench:training [-- <workload> …] [--peers <name>,…] [--seconds 300] [--json]
 *
 * Workloads are pinned in bench/workloads.json. The peers are installed into a cache directory (WIDEDEEP_BENCH_CACHE, by default in the temporary
 * directory; 6 GB with the rows); one that cannot be is named with its reason. Sides take turns in blocks of five seconds for so many seconds a
 * workload (DESIGN §9), then train on to the workload's examples and are judged on held-out rows. `--peers none` measures our side alone.
 *
 * ratio: our examples per second over those of the fastest peer of the same precision, with its 95 % interval. bound: what the ratio were if a
 * step of ours were nothing but its matrix products at the measured peak.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openCalibration } from './statistics.js'
import { measure, threads } from './training/measure.js'
import { peers } from './training/peers.js'
import { lineOf, rowOf } from './training/report.js'
import { openWorkload, workloads } from './training/workloads.js'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, peers: { type: 'string' }, seconds: { type: 'string', default: '300' } },
  allowPositionals: true,
})
const leftOut = []
const say = (...words) => console.error(...words)
const leaveOut = (name, reason) => {
  leftOut.push(`${name} is left out: ${reason}`)
  say(leftOut.at(-1))
}

const program = () => ({
  command: process.execPath,
  args: [fileURLToPath(new URL('training/sides/widedeep.js', import.meta.url))],
})
/** Ours by name: `settings` go into the config's `training`. The first is what a user gets: oneDNN where it is installed. */
const own = {
  widedeep: { precision: 'float32', settings: {}, program },
  'widedeep-onnxruntime': { precision: 'float32', settings: { executor: 'onnxruntime' }, program },
  'widedeep-bfloat16': { precision: 'bfloat16', settings: { precision: 'bfloat16' }, program },
}

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
const sides = { ...own, ...Object.fromEntries(peerNames.map((name) => [name, peers[name]])) }

/** The rows of a workload; `null` where they are not to be had. */
function open(name) {
  say(`${name} …`)
  try {
    return openWorkload(workloads.find((workload) => workload.name === name))
  } catch (error) {
    leaveOut(name, error.message)
    return null
  }
}

const scores = mkdtempSync(join(tmpdir(), 'bench-training-'))
try {
  const settings = { seconds: Number(values.seconds), calibrate: await openCalibration(), scores, say, leaveOut }
  const rows = []
  for (const name of names) {
    const workload = open(name)
    if (!workload) continue
    const found = await measure(workload, sides, settings)
    say(`${found.discarded} of ${found.total} blocks discarded`)
    for (const side of Object.keys(own)) rows.push(rowOf(workload, side, found, peerNames))
  }
  const matrixPeakGflops = Math.max(...rows.map((row) => row.matrixPeakGflops))
  const cpu = cpus()[0].model
  if (values.json) console.log(JSON.stringify({ workloads: rows, leftOut, matrixPeakGflops, cpu, threads }, null, 2))
  else {
    console.log(`${cpu}, ${threads} threads, products at ${matrixPeakGflops.toFixed(0)} GFLOP/s`)
    console.log('examples per second / held-out log loss after the same examples / training time to the AUC aimed at')
    console.table(rows.map(lineOf))
    for (const line of leftOut) console.log(line)
  }
} finally {
  rmSync(scores, { recursive: true })
}
