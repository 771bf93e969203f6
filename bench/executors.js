// What a training graph costs with oneDNN beside ONNX Runtime, by the time of the processor, turn by turn.
// node bench/executors.js [--threads n] [--batch n] [--turns n] [--json] [name …]
import { parseArgs } from 'node:util'
import { randomKey, randomNormal } from '../dist/base/index.js'
import { categorical, createEncoder, list, numeric } from '../dist/features/index.js'
import { createOnnxRuntimeExecutor, openExecutor } from '../dist/graph/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../dist/model/index.js'
import { median } from './statistics.js'

const options = {
  threads: { type: 'string' },
  batch: { type: 'string' },
  turns: { type: 'string' },
  json: { type: 'boolean' },
}
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const [threads, turns] = [Number(values.threads ?? 1), Number(values.turns ?? 9)]

/** 26 columns of 16 and 13 numbers: 429 inputs; `din` has a list of 10 beside them. */
const criteo = (model) => ({ embedding: 16, columns: 26, numbers: 13, hidden: [400, 400, 400], batch: 2048, ...model })
const workloads = {
  criteo: criteo({}),
  paper: { embedding: 32, columns: 36, numbers: 48, hidden: [1024, 512, 256], batch: 1024 },
  small: { embedding: 10, columns: 10, numbers: 0, hidden: [64, 32], batch: 1024 },
  dropout: criteo({ deep: { dropout: 0.2 } }),
  batchNorm: criteo({ deep: { normalization: 'batch' } }),
  layerNorm: criteo({ deep: { normalization: 'layer' } }),
  tanh: criteo({ deep: { activation: 'tanh' } }),
  ...Object.fromEntries(
    ['deepfm', 'dcn', 'dcn-v2', 'xdeepfm', 'autoint', 'finalmlp'].map((architecture) => [
      architecture,
      criteo({ architecture }),
    ]),
  ),
  din: criteo({ architecture: { name: 'din', length: 10 }, hasList: true }),
}

function trainingOutputs({ embedding, columns, numbers, hidden, architecture, deep, hasList }) {
  const nothing = { json: {}, arrays: {} }
  const names = (kind, count) => Array.from({ length: count }, (_, i) => `${kind}${String(i)}`)
  const features = {
    ...Object.fromEntries(names('c', columns).map((name) => [name, categorical({ values: 10 })])),
    ...Object.fromEntries(names('n', numbers).map((name) => [name, numeric()])),
    ...(hasList ? { likes: list(categorical({ sharedWith: 'c0' })) } : {}),
  }
  const state = Object.fromEntries([
    ...names('c', columns).map((name) => [name, nothing]),
    ...names('n', numbers).map((name) => [name, { json: { hasMissing: false, mean: 0, deviation: 1 }, arrays: {} }]),
  ])
  const config = {
    data: {},
    features,
    model: { ...(architecture ? { architecture } : {}), deep: { embedding, hidden, ...deep } },
  }
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, createEncoder(config, { columns: state, crosses: {} }).columns)
  return createNetwork(model, layout).trainingOutputs()
}

function randomFeeds(outputs, batch) {
  const feeds = {}
  const seen = new Set()
  const visit = (tensor) => {
    if (seen.has(tensor)) return
    seen.add(tensor)
    tensor.inputs.forEach(visit)
    if (tensor.op.name !== 'input') return
    const { name } = tensor.attributes
    const shape = tensor.shape.map((size) => (typeof size === 'number' ? size : batch))
    const length = shape.reduce((product, size) => product * size, 1)
    feeds[name] = { data: Float32Array.from({ length }, (_, i) => randomNormal(randomKey(1, name), i) / 10), shape }
  }
  Object.values(outputs).forEach(visit)
  return feeds
}

async function compare(name) {
  const workload = workloads[name]
  const outputs = trainingOutputs(workload)
  const feeds = randomFeeds(outputs, Number(values.batch ?? workload.batch))
  const sides = []
  for (const executor of executors) {
    const program = executor.write(outputs)
    const graph = await executor.compile(program, { threads })
    sides.push({ graph, models: program.segments?.filter(({ model }) => model).length ?? 1, times: [] })
    for (let i = 0; i < 2; i++) await graph.run(feeds)
  }
  for (let turn = 0; turn < turns; turn++) {
    for (const { graph, times } of sides) {
      const before = process.cpuUsage()
      await graph.run(feeds)
      const { user, system } = process.cpuUsage(before)
      times.push((user + system) / 1000)
    }
  }
  for (const { graph } of sides) await graph.close()
  const [runtime, onednn] = sides
  return {
    name,
    onnxruntimeMs: median(runtime.times),
    onednnMs: median(onednn.times),
    ratio: median(runtime.times.map((time, turn) => time / onednn.times[turn])),
    models: onednn.models,
  }
}

const executors = [createOnnxRuntimeExecutor(), await openExecutor({ executor: 'onednn', precision: 'float32' })]
for (const { reason } of executors) if (reason) throw new Error(reason)
const results = []
for (const name of positionals.length > 0 ? positionals : Object.keys(workloads)) {
  const result = await compare(name)
  results.push(result)
  const { onnxruntimeMs, onednnMs, ratio, models } = result
  if (!values.json)
    console.log(
      `${name.padEnd(10)} ONNX Runtime ${onnxruntimeMs.toFixed(1)} ms, oneDNN ${onednnMs.toFixed(1)} ms with ${String(models)} ONNX segment(s): ${ratio.toFixed(2)} times`,
    )
}
if (values.json) console.log(JSON.stringify({ threads, results }, null, 2))
