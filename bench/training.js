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
import { boundOf, measure, threads } from './training/measure.js'
import { peers } from './training/peers.js'
import { openWorkload, workloads } from './training/workloads.js'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, peers: { type: 'string' }, seconds: { type: 'string', default: '300' } },
  allowPositionals: true,
})
const say = (...words) => console.error(...words)

/** Ours by name: `settings` go into the config's `training`. */
const own = {
  widedeep: {
    precision: 'float32',
    settings: {},
    program: () => ({
      command: process.execPath,
      args: [fileURLToPath(new URL('training/sides/widedeep.js', import.meta.url))],
    }),
  },
}

function chosen(all, names, kind) {
  const unknown = names.find((name) => !all.some((one) => one.name === name))
  if (unknown) throw new Error(`no ${kind} ${unknown}; there are ${all.map(({ name }) => name).join(', ')}`)
  return all.filter(({ name }) => names.length === 0 || names.includes(name))
}

const asked =
  values.peers === 'none'
    ? []
    : chosen(
        Object.keys(peers).map((name) => ({ name })),
        values.peers?.split(',') ?? [],
        'peer',
      )
const sides = { ...own, ...Object.fromEntries(asked.map(({ name }) => [name, peers[name]])) }

/** What a row of the result says of one of our sides. */
function rowOf(workload, name, { results, matrixPeakGflops, compare }) {
  const theirs = Object.fromEntries(asked.map((peer) => [peer.name, results[peer.name]]))
  const { precision } = results[name]
  const fastest = (of) =>
    Object.keys(theirs)
      .filter((peer) => theirs[peer].examplesPerSecond && theirs[peer].precision === of)
      .sort((a, b) => theirs[b].examplesPerSecond - theirs[a].examplesPerSecond)[0]
  const [same, single] = [fastest(precision), fastest('float32')]
  const [ratio, lower, upper] = same && results[name].examplesPerSecond ? compare(name, same) : []
  return {
    name: workload.name,
    side: name,
    ...results[name],
    peers: theirs,
    fastestPeer: same,
    ratioToFastestPeer: ratio,
    ratioLower: lower,
    ratioUpper: upper,
    ratioToFastestFloat32Peer: single && results[name].examplesPerSecond ? compare(name, single)[0] : undefined,
    bound: same && boundOf(workload, theirs[same], matrixPeakGflops),
    plantedLogLoss: workload.plantedLogLoss,
    matrixPeakGflops,
  }
}

const cell = ({ examplesPerSecond, logLoss, secondsToAuc }) =>
  examplesPerSecond === undefined
    ? ''
    : [
        Math.round(examplesPerSecond).toLocaleString('en'),
        logLoss === null ? '–' : logLoss.toFixed(4),
        ...(secondsToAuc ? [`${secondsToAuc.toFixed(0)} s`] : []),
      ].join(' / ')

const lineOf = (row) => ({
  workload: row.name,
  [row.side]: cell(row),
  ...Object.fromEntries(Object.entries(row.peers).map(([name, result]) => [name, cell(result)])),
  ratio:
    row.ratioToFastestPeer &&
    `${[row.ratioToFastestPeer, row.ratioLower, row.ratioUpper].map((x) => x.toFixed(2)).join(' ')}`,
  bound: row.bound?.toFixed(2),
})

const scores = mkdtempSync(join(tmpdir(), 'bench-training-'))
try {
  const calibrate = await openCalibration()
  const rows = []
  for (const declared of chosen(workloads, positionals, 'workload')) {
    say(`${declared.name} …`)
    let workload
    try {
      workload = openWorkload(declared)
    } catch (error) {
      say(`${declared.name} is left out: ${error.message}`)
      continue
    }
    const found = await measure(workload, sides, { seconds: Number(values.seconds), calibrate, scores, say })
    say(`${found.discarded} of ${found.total} blocks discarded`)
    for (const name of Object.keys(own)) rows.push(rowOf(workload, name, found))
  }
  const matrixPeakGflops = Math.max(...rows.map((row) => row.matrixPeakGflops))
  const cpu = cpus()[0].model
  if (values.json) console.log(JSON.stringify({ workloads: rows, matrixPeakGflops, cpu, threads }, null, 2))
  else {
    console.log(
      `${cpu}, ${threads} threads, products at ${matrixPeakGflops.toFixed(0)} GFLOP/s; examples per second / held-out log loss`,
    )
    console.table(rows.map(lineOf))
  }
} finally {
  rmSync(scores, { recursive: true })
}
