/** A thread that does nothing but the matrix products of a step, by one executor: asked for so many seconds, it answers `{ examples, seconds }`. */
import { parentPort, workerData } from 'node:worker_threads'
import { randomUniform } from '../../dist/base/index.js'
import { Graph, openExecutor, operations } from '../../dist/graph/index.js'

const { layers, batchSize, execution } = workerData
const graph = new Graph()
const feeds = {}
const input = (name, shape) => {
  feeds[name] = { data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => randomUniform(1, i) - 0.5), shape }
  return graph.input(name, shape)
}
const outputs = Object.fromEntries(
  layers.flatMap(([inputs, units], layer) => {
    const x = input(`x${layer}`, [batchSize, inputs])
    const weight = input(`w${layer}`, [inputs, units])
    const gradient = input(`g${layer}`, [batchSize, units])
    return [
      [`y${layer}`, operations.matmul(x, weight)],
      [`dx${layer}`, operations.matmul(gradient, weight, { transposeB: true })],
      [`dw${layer}`, operations.matmul(x, gradient, { transposeA: true })],
    ]
  }),
)
const executor = await openExecutor(execution)
const compiled = await executor.compile(executor.write(outputs), { threads: 1 })

async function run(seconds) {
  const start = performance.now()
  let [examples, spent] = [0, 0]
  while (spent < seconds) {
    await compiled.run(feeds)
    examples += batchSize
    spent = (performance.now() - start) / 1000
  }
  return { examples, seconds: spent }
}

parentPort.on('message', async (seconds) => {
  parentPort.postMessage(await run(seconds))
})
