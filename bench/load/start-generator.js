/** Starts load generators and asks them for load. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { cpuSeconds } from './process-reading.js'

const program = fileURLToPath(new URL('generator.js', import.meta.url))

/**
 * A generator for a server: `run({ rate, seconds })` is an open loop, `run({ concurrency, seconds })` a closed one. Both answer
 * `{ due, latency, failed, causes, seconds }`: failures by cause, milliseconds of the monotonic clock; `stop()` ends an open loop early.
 */
export async function startGenerator({ port, requests, connections = 64 }) {
  const child = fork(program, { serialization: 'advanced' })
  const ask = async (message) => {
    const ended = new AbortController()
    const onExit = () => ended.abort(new Error('the load generator ended'))
    child.once('exit', onExit)
    child.send(message)
    const [answer] = await once(child, 'message', { signal: ended.signal })
    child.off('exit', onExit)
    return answer
  }
  await ask({ kind: 'open', port, requests, connections })
  return {
    run: (job) => ask({ kind: 'run', job }),
    stop: () => child.send({ kind: 'stop' }),
    cpuSeconds: () => cpuSeconds(child.pid),
    close: () => child.disconnect(),
  }
}
