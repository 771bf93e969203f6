/**
 * Minutes of load on the real server at 80 % of what it can do: `node scripts/soak.js [minutes]` (default 10). Nine requests of ten are lists of 200
 * candidates of the paper's network, one brings events. The server's memory is read every ten seconds; the first fifth of the readings is
 * warming up. Prints one line of JSON; exits 1 when a request failed or memory grew.
 */
import { setInterval } from 'node:timers/promises'
import { build } from './build.js'

await build()
const { requestBytes } = await import('../bench/load/connection.js')
const { startGenerator } = await import('../bench/load/start-generator.js')
const { openBench, rankRequests } = await import('../bench/serving/set-up.js')
const { p50p95p99 } = await import('../bench/statistics.js')

const minutes = Number(process.argv[2] ?? 10)
const share = 0.8
const readEveryMs = 10_000
/** More in an hour is growth; what the allocator keeps of one minute and gives back in another is less. */
const mostGrowth = 0.1

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
  const stop = new AbortController()
  void running.finally(() => stop.abort())
  try {
    for await (const {} of setInterval(Math.min(readEveryMs, 3000 * minutes), null, { signal: stop.signal }))
      memory.push(server.residentBytes())
  } catch (error) {
    if (error.name !== 'AbortError') throw error
  }
  const { latency, failed } = await running
  const settled = memory.slice(Math.ceil(memory.length / 5))
  const perHour = (slope(settled) * 3_600_000) / Math.min(readEveryMs, 3000 * minutes)
  const grows = perHour > mostGrowth * Math.max(...settled)
  const megabytes = (bytes) => Math.round(bytes / 2 ** 20)
  console.log(
    JSON.stringify({
      ...{ minutes, requestsPerSecond: Math.round(rate), requests: latency.length, failed, ...p50p95p99(latency) },
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
