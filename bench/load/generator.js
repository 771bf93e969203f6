/**
 * The load generator, a process of its own (`start-generator.js` starts it): sends requests that were made before over keep-alive
 * connections. Open loop: requests are due at moments of a Poisson process whether or not the answers come, and a latency counts from when its
 * request was due, waiting for a free connection included. Closed loop: every connection sends as soon as it has its answer.
 */
import { openConnection } from './connection.js'
import { now, startTicks } from './ticks.js'

const degraded = Buffer.from('"degraded":true')
let [port, requests, connections, next, stop] = [0, [], [], 0, () => undefined]
let samples

const nextRequest = () => requests[next++ % requests.length]

/** Sends one request and notes what became of it; a connection that broke, or that the server closed while it idled, is replaced. */
async function send(connection, due) {
  const own = connection.isOpen ? connection : await replaced(connection)
  try {
    const { status, body } = await own.send(nextRequest())
    if (status >= 400) fail(`status ${status}`)
    else if (body.includes(degraded)) fail('degraded')
    samples.due.push(due)
    samples.latency.push(now() - due)
  } catch (error) {
    fail(error.message)
  }
  return own
}

function replaced(connection) {
  connection.close()
  return openConnection(port)
}

function fail(cause) {
  samples.failed++
  samples.causes[cause] = (samples.causes[cause] ?? 0) + 1
}

async function closedLoop({ seconds, concurrency }) {
  const end = now() + 1000 * seconds
  const client = async (index) => {
    while (now() < end) connections[index] = await send(connections[index], now())
  }
  await Promise.all(connections.slice(0, concurrency).map((_, index) => client(index)))
}

async function openLoop({ seconds, rate }) {
  const free = [...connections]
  const waiting = []
  const flying = new Set()
  const fly = async (connection, due) => {
    for (let at = due; at !== undefined; at = waiting.shift()) connection = await send(connection, at)
    free.push(connection)
  }
  const ticks = startTicks(poisson(rate, seconds), (due) => {
    const connection = free.pop()
    if (!connection) return waiting.push(due)
    const flight = fly(connection, due).finally(() => flying.delete(flight))
    flying.add(flight)
  })
  stop = ticks.stop
  await ticks.ended
  while (flying.size > 0) await Promise.all(flying)
  connections = free
}

function poisson(rate, seconds) {
  const moments = []
  const start = now() + 50
  for (let at = 0; at < 1000 * seconds; at += (-1000 * Math.log(1 - Math.random())) / rate) moments.push(start + at)
  return Float64Array.from(moments)
}

async function run(job) {
  samples = { due: [], latency: [], failed: 0, causes: {} }
  const start = now()
  await (job.rate === undefined ? closedLoop(job) : openLoop(job))
  const { due, latency, failed, causes } = samples
  return {
    due: Float64Array.from(due),
    latency: Float64Array.from(latency),
    failed,
    causes,
    seconds: (now() - start) / 1000,
  }
}

process.on('message', async (message) => {
  if (message.kind === 'stop') return stop()
  if (message.kind === 'open') {
    ;({ port, requests } = message)
    connections = await Promise.all(Array.from({ length: message.connections }, () => openConnection(port)))
    return process.send({ kind: 'done' })
  }
  process.send({ kind: 'done', ...(await run(message.job)) })
})
process.on('disconnect', () => process.exit(0))
