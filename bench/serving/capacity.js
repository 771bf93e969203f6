/** The most candidates per second, closed loop, and what each second of the server's processor time makes of them. */
import { inBlocks, median } from '../statistics.js'
import { candidateCount } from './set-up.js'

const concurrencies = [2, 4, 8, 16]

export async function capacity({ server, generator }, { seconds, blockSeconds, calibrate }) {
  const block = (concurrency) => async () => {
    const [serverBefore, generatorBefore] = [server.cpuSeconds(), generator.cpuSeconds()]
    const { latency, failed, seconds: took } = await generator.run({ concurrency, seconds: blockSeconds })
    const serverCpu = server.cpuSeconds() - serverBefore
    return {
      candidatesPerSecond: (latency.length * candidateCount) / took,
      candidatesPerCpuSecond: (latency.length * candidateCount) / serverCpu,
      serverCpus: serverCpu / took,
      generatorCpus: (generator.cpuSeconds() - generatorBefore) / took,
      failed,
    }
  }
  const sides = Object.fromEntries(concurrencies.map((concurrency) => [concurrency, block(concurrency)]))
  const { blocks, discarded, total } = await inBlocks(sides, { seconds, calibrate })
  const rows = concurrencies.map((concurrency) => ({
    concurrency,
    candidatesPerSecond: median(blocks[concurrency].map((one) => one.candidatesPerSecond)),
    candidatesPerCpuSecond: median(blocks[concurrency].map((one) => one.candidatesPerCpuSecond)),
    serverCpus: median(blocks[concurrency].map((one) => one.serverCpus)),
    generatorCpus: median(blocks[concurrency].map((one) => one.generatorCpus)),
    failed: blocks[concurrency].reduce((sum, one) => sum + one.failed, 0),
  }))
  const best = rows.reduce((most, row) => (row.candidatesPerSecond > most.candidatesPerSecond ? row : most))
  return { ...best, discarded, blocks: total }
}
