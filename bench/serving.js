/**
 * The server under load: `npm run bench:serving [-- --json] [--quick] [--part <name>]`. The real `widedeep serve` is one process, the load
 * generator another, both on this machine's processors. Rules: DESIGN §9 and the heads of bench/serving/*.js.
 *
 * `--json` prints one object of what the parts have found; what each part has found in full goes to standard error.
 *
 *   ranker         the ranker alone: the fast path against a plain forward pass (bench/ranker.js)
 *   table2         the paper's Table 2 over HTTP: 200 candidates as 1 × 200 and 2 × 100
 *   architectures  DCN-v2 and DIN on the same path
 *   capacity       most candidates per second, and per second of the server's processor time
 *   latency        open loop at half of that
 *   peer           the same model in Python's onnxruntime behind a thin server
 *   swap           latency before, during and after a hundred swaps at half of the capacity
 */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { capacity } from './serving/capacity.js'
import { architectures, halfLoad, table2 } from './serving/latency.js'
import { peer } from './serving/peer.js'
import { openBench } from './serving/set-up.js'
import { swaps } from './serving/swap.js'
import { openCalibration } from './statistics.js'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, part: { type: 'string' } },
})
const times = values.quick
  ? { seconds: 4, blockSeconds: 1, swaps: 4, calmMs: 500 }
  : { seconds: 60, blockSeconds: 5, swaps: 100, calmMs: 1500 }
const say = (...words) => console.error(...words)

function ranker() {
  const program = fileURLToPath(new URL('ranker.js', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--json', '--seconds', `${times.seconds}`])
  if (status !== 0) throw new Error(String(stderr))
  return JSON.parse(String(stdout))
}

const bench = await openBench()
try {
  const settings = { ...times, calibrate: await openCalibration() }
  const found = { table2: [] }
  const measured = async () => {
    if (found.capacity) return found.capacity
    const side = await bench.serve([])
    found.capacity = await capacity(side, settings)
    found.side = side
    return found.capacity
  }
  const parts = {
    ranker: () => (found.ranker = ranker()),
    table2: async () => found.table2.push(...(await table2(bench, settings))),
    architectures: async () => found.table2.push(...(await architectures(bench, settings))),
    capacity: measured,
    async latency() {
      const { candidatesPerSecond } = await measured()
      found.latency = await halfLoad(found.side, { ...settings, candidatesPerSecond })
    },
    peer: async () => found.table2.push(...(await peer(bench, { ...settings, say }))),
    async swap() {
      const { candidatesPerSecond } = await measured()
      await bench.stop(found.side)
      found.swap = await swaps(bench, { count: times.swaps, calmMs: times.calmMs, rate: candidatesPerSecond / 400 })
    },
  }
  const chosen = values.part ? [values.part] : Object.keys(parts)
  for (const name of chosen) {
    if (!parts[name]) throw new Error(`no part ${name}; there are ${Object.keys(parts).join(', ')}`)
    say(`${name} …`)
    await parts[name]()
    say(JSON.stringify(name in found ? found[name] : found.table2))
  }
  const { latency, capacity: most } = found
  const result = {
    p50Ms: latency?.p50Ms,
    p95Ms: latency?.p95Ms,
    p99Ms: latency?.p99Ms,
    table2: found.table2,
    candidatesPerSecond: most?.candidatesPerSecond,
    candidatesPerCpuSecond: most?.candidatesPerCpuSecond,
    ratioToPlainForward: found.ranker?.ratioToPlainForward,
    swap: found.swap && {
      p99Ratio: found.swap.p99Ratio,
      p99RatioUpper: found.swap.p99RatioUpper,
      failed: found.swap.failed,
    },
    cpu: cpus()[0].model,
  }
  if (values.json) console.log(JSON.stringify(result, null, 2))
  else {
    console.log(`${result.cpu}, ${cpus().length} processors`)
    for (const [name, value] of Object.entries({ ranker: found.ranker, capacity: most, latency, swap: found.swap }))
      if (value) console.log(name, value)
    if (found.table2.length > 0) console.table(found.table2)
  }
} finally {
  await bench.close()
}
