/**
 * Minutes of load on the real server at 80 % of what it can do: `node scripts/soak.js [minutes]` (default 10). Nine requests of ten are lists of 200
 * candidates of the paper's network, one brings events. The server's memory is read every ten seconds; in the first third of the
 * readings memories of limited size (lists for their next pages, pasts, ids) still fill. Prints one line of JSON; exits 1 when a request failed or memory grew.
 */
import { build } from './build.js'

await build()
const { requestBytes } = await import('../bench/load/connection.js')
const { startGenerator } = await import('../bench/load/start-generator.js')
const { openBench, rankRequests } = await import('../bench/serving/set-up.js')
const { p50p95p99 } = await import('../bench/statistics.js')

const minutes = Number(process.argv[2] ?? 10)
const share = 0.8
const readEveryMs = 10_000
/** A line through the readings may rise by so much of them: what the allocator keeps of one minute and gives back in another is less. */
const mostGrowth = 0.05

/** Lists, and as every tenth request five events; without ids, so that each time they are new. */
function mixed() {
  return rankRequests().map((list, index) => {
    if (index % 10 !== 9) return list
    const event = { type: 'interaction', user: `u${String(index)}`, item: `i${String(index)}`, action: 'click' }
    return requestBytes('/v1/events', { events: Array.from({ length: 5 }, () => event) })
  })
}

/** Slope by least squares, of values read at equal distances, for each step. */
function slope(values) {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const rise = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0)
  return rise / values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
}

const bench = await openBench()
try {
  const { server } = await bench.serve([])
  const load = await startGenerator({ port: server.port, requests: mixed() })
  const { latency: closed, seconds } = await load.run({ concurrency: 8, seconds: Math.min(10, 20 * minutes) })
  const rate = (share * closed.length) / seconds
  const running = load.run({ rate, seconds: 60 * minutes })
  const memory = []
  const stepMs = Math.min(readEveryMs, 3000 * minutes)
  const readings = setInterval(() => memory.push(server.residentBytes()), stepMs)
  const { latency, failed, causes } = await running
  clearInterval(readings)
  const settled = memory.slice(Math.ceil(memory.length / 3))
  const perHour = (slope(settled) * 3_600_000) / stepMs
  const grows = slope(settled) * settled.length > mostGrowth * Math.max(...settled)
  const megabytes = (bytes) => Math.round(bytes / 2 ** 20)
  console.log(
    JSON.stringify({
      ...{
        minutes,
        requestsPerSecond: Math.round(rate),
        requests: latency.length,
        failed,
        causes,
        ...p50p95p99(latency),
      },
      memoryMiB: {
        first: megabytes(settled[0]),
        last: megabytes(settled.at(-1)),
        most: megabytes(Math.max(...settled)),
      },
      growthMiBPerHour: megabytes(perHour),
      grows,
    }),
  )
  load.close()
  process.exitCode = failed > 0 || grows ? 1 : 0
} finally {
  await bench.close()
}
