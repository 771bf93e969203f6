/** Every architecture by both executors: the loss and every gradient of a training graph. */
import { describe, expect, it } from 'vitest'
import { everyInput, everyInputState } from '../../../test/every-input.js'
import { randomKey, randomNormal } from '../../base/index.js'
import { createEncoder } from '../../features/index.js'
import type { Config } from '../../features/index.js'
import { createOnnxRuntimeExecutor, openExecutor } from '../../graph/index.js'
import type { Executor, TensorData } from '../../graph/index.js'
import { layoutInputs } from '../input-layout.js'
import { resolveModel } from '../model-spec.js'
import { createNetwork } from '../network.js'
import type { Network } from '../network.js'
import { architectures } from './index.js'

const onednn = await openExecutor({ executor: 'onednn', precision: 'float32' })
const rowCount = 37

function networkOf(model: Config['model']): Network {
  const config: Config = {
    data: {},
    features: everyInput,
    model: { ...model, deep: { embedding: 12, hidden: [40, 24], ...model?.deep } },
  }
  const resolved = resolveModel(config)
  return createNetwork(resolved, layoutInputs(resolved, config, createEncoder(config, everyInputState).columns))
}

type Outputs = ReturnType<Network['trainingOutputs']>

/** A value for every input that some outputs are computed from. */
function feedsOf(outputs: Outputs): Record<string, TensorData> {
  const feeds: Record<string, TensorData> = {}
  const seen = new Set(Object.values(outputs))
  for (const { op, inputs, shape, attributes } of seen) {
    for (const input of inputs) seen.add(input)
    if (op.name !== 'input') continue
    const name = String(attributes['name'])
    const sizes = shape.map((size) => (typeof size === 'number' ? size : rowCount))
    const length = sizes.reduce((product, size) => product * size, 1)
    const values = Float32Array.from({ length }, (_, i) => randomNormal(randomKey(3, name), i) / 4)
    feeds[name] = { data: name === 'label' ? values.map((value) => Number(value > 0)) : values, shape: sizes }
  }
  return feeds
}

async function resultOf(executor: Executor, outputs: Outputs, feeds: Record<string, TensorData>) {
  const graph = await executor.compile(executor.write(outputs))
  // A second run meets places that the first has used.
  await graph.run(feeds)
  const result = structuredClone(await graph.run(feeds))
  await graph.close()
  return result
}

const models: Readonly<Record<string, Config['model']>> = {
  ...Object.fromEntries(architectures.map(({ name }) => [name, { architecture: name }])),
  'a tower with batch normalisation': { deep: { normalization: 'batch', dropout: 0.5 } },
  'a tower with layer normalisation and tanh': { deep: { normalization: 'layer', activation: 'tanh' } },
  'the wide part alone': { deep: false },
}

describe.skipIf('reason' in onednn)('oneDNN beside ONNX Runtime', () => {
  if ('reason' in onednn) return
  for (const [name, model] of Object.entries(models)) {
    it(`computes the loss and every gradient of ${name}, to 1e-4 of the largest`, async () => {
      const outputs = networkOf(model).trainingOutputs()
      const feeds = feedsOf(outputs)
      const own = await resultOf(onednn, outputs, feeds)
      const expected = await resultOf(createOnnxRuntimeExecutor(), outputs, feeds)
      expect(Object.keys(own)).toEqual(Object.keys(expected))
      for (const [output, { data, shape }] of Object.entries(expected)) {
        expect(own[output]?.shape, output).toEqual(shape)
        const largest = [...data].reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
        for (const [i, value] of data.entries())
          expect(Math.abs((own[output]?.data[i] ?? NaN) - value) / largest, output).toBeLessThan(1e-4)
      }
    })
  }

  it('gives the same bytes again', async () => {
    const outputs = networkOf({}).trainingOutputs()
    const feeds = feedsOf(outputs)
    expect(await resultOf(onednn, outputs, feeds)).toEqual(await resultOf(onednn, outputs, feeds))
  })

  it('carries a NaN of the inputs to the loss', async () => {
    const outputs = networkOf({}).trainingOutputs()
    const feeds = feedsOf(outputs)
    const input = feeds['deep/input']?.data
    if (input) input[5] = NaN
    expect((await resultOf(onednn, outputs, feeds))['loss']?.data[0]).toBeNaN()
  })
})
