import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Abandoned, barrierMemory, openBarrier } from './barrier.js'

/** A thread that meets so often, with what it saw the other count to each time, and whether it was let down. */
const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  import(workerData.module).then(({ openBarrier }) => {
    const barrier = openBarrier(workerData.memory, 2)
    const counter = new Int32Array(workerData.counter)
    const seen = []
    parentPort.postMessage('ready')
    try {
      for (;;) {
        barrier.meet()
        seen.push(counter[0])
        barrier.meet()
      }
    } catch (error) {
      parentPort.postMessage({ seen, name: error.constructor.name })
    }
  })
`

describe('a barrier', () => {
  it('lets nobody go on before all have come, and everybody when one never will', async () => {
    const [memory, counter] = [barrierMemory(), new SharedArrayBuffer(4)]
    const module = new URL('../../dist/training/barrier.js', import.meta.url).href
    const thread = new Worker(program, { eval: true, workerData: { module, memory, counter } })
    const ended = once(thread, 'exit')
    await once(thread, 'message')
    const said = once(thread, 'message')
    const barrier = openBarrier(memory, 2)
    for (let round = 1; round <= 200; round++) {
      new Int32Array(counter)[0] = round
      barrier.meet()
      barrier.meet()
    }
    barrier.abandon()
    expect(await said).toEqual([{ seen: Array.from({ length: 200 }, (_, index) => index + 1), name: 'Abandoned' }])
    expect(() => {
      barrier.meet()
    }).toThrow(Abandoned)
    await ended
  })
})
