/**
 * A thread that says when a moment has come. Timers of the event loop are up to a millisecond late, which is as long as an answer takes; a
 * thread that sleeps on a futex is late by some hundredths. Moments are milliseconds of the monotonic clock, which all processes share.
 */
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'

export const now = () => Number(process.hrtime.bigint()) / 1e6

/** Calls `onTick` for each moment, in order; `stop` ends it before the last. */
export function startTicks(moments, onTick) {
  const stopped = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { moments, stopped } })
  worker.on('message', onTick)
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  return {
    ended,
    stop() {
      Atomics.store(stopped, 0, 1)
      Atomics.notify(stopped, 0)
    },
  }
}

if (!isMainThread && workerData?.moments) {
  const { moments, stopped } = workerData
  for (const moment of moments) {
    const ms = moment - now()
    if (ms > 0) Atomics.wait(stopped, 0, 0, ms)
    if (Atomics.load(stopped, 0) === 1) break
    parentPort.postMessage(moment)
  }
}
