/** Rows of a generated workload drawn into memory, by as many threads as there are processors. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** `draw(part, first, count, pieces)` answers so many pieces of so many rows each, one after the other in the source. */
export function openDrawers(source, threads) {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('row-drawer.js', import.meta.url), { workerData: source }),
  )
  return {
    async draw(part, first, count, pieces) {
      const drawn = []
      await Promise.all(
        workers.map(async (worker, index) => {
          for (let piece = index; piece < pieces; piece += threads) {
            worker.postMessage({ part, first: first + piece * count, count })
            const [rows] = await once(worker, 'message')
            drawn[piece] = rows
          }
        }),
      )
      return drawn
    },
    close: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}
