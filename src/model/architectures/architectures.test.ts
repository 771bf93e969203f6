import { describe, expect, it } from 'vitest'
import { everyInput, everyInputState } from '../../../test/every-input.js'
import { randomKey, randomNormal } from '../../base/index.js'
import { createEncoder } from '../../features/index.js'
import type { Config } from '../../features/index.js'
import { Graph, checkGradients, createOnnxRuntimeExecutor, operations, writeOnnx } from '../../graph/index.js'
import { layoutInputs } from '../input-layout.js'
import type { ResolvedModel } from '../model-spec.js'
import { resolveModel } from '../model-spec.js'
import { NetworkBuilder } from '../network-builder.js'
import { withPositions, writeMask } from '../sequence-input.js'
import { architectures, defineArchitecture } from './index.js'

const rowCount = 5

function configOf(architecture: NonNullable<Config['model']>['architecture']): Config {
  return {
    data: {},
    features: everyInput,
    model: {
      ...(architecture === undefined ? {} : { architecture }),
      deep: { embedding: 3, hidden: [5, 4], activation: 'tanh' },
    },
  }
}

/** The logit of an architecture over random inputs and weights, every input as a checkable value. */
function build(declared: NonNullable<Config['model']>['architecture'], seed = 1) {
  const config = configOf(declared)
  const model: ResolvedModel = resolveModel(config)
  const layout = layoutInputs(model, config, createEncoder(config, everyInputState).columns)
  const graph = new Graph()
  const builder = new NetworkBuilder(graph, 'training')
  const wideLogit = graph.input('wide', ['batch', 1])
  const wideNumbers = graph.input('numbers', ['batch', layout.wide?.numberWidth ?? 0])
  const deepInput = graph.input('deep', ['batch', layout.deep?.width ?? 0])
  const { architecture, options } = model.architecture
  const deep = layout.deep && { input: deepInput, layout: layout.deep }
  const logit = architecture.logit({ model, logitWidth: 1, wideLogit, wideNumbers, deep }, builder, options)
  const random = (name: string, length: number): Float64Array =>
    Float64Array.from({ length }, (_, i) => randomNormal(randomKey(seed, name), i) / 2)
  const named: Record<string, Parameters<typeof checkGradients>[0]['inputs'][string]> = {}
  for (const tensor of [wideLogit, wideNumbers, deepInput]) {
    const name = String(tensor.attributes['name'])
    const shape = [rowCount, Number(tensor.shape[1])]
    named[name] = { tensor, shape, data: random(name, rowCount * Number(tensor.shape[1])) }
  }
  for (const { name, shape } of builder.parameters) {
    const tensor = builder.tensors.get(name)
    const length = shape.reduce((product, size) => product * size, 1)
    if (tensor) named[name] = { tensor, shape, data: random(name, length) }
  }
  return { logit, inputs: named, layout, builder }
}

async function logitOf({ logit, inputs }: ReturnType<typeof build>): Promise<number[]> {
  const compiled = await createOnnxRuntimeExecutor().compile(writeOnnx({ outputs: { logit }, precision: 'float64' }))
  // What the logit does not depend on is no input of the graph.
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data, shape }]) => [name, { data, shape }]))
  const result = await compiled.run(feeds)
  await compiled.close()
  return [...(result['logit']?.data ?? [])]
}

/** Smaller than the defaults: each parameter costs two runs of the graph. */
const small: Readonly<Record<string, object>> = {
  finalmlp: { secondHidden: [4], heads: 2 },
  xdeepfm: { interactions: [3, 2] },
  autoint: { heads: 2, size: 2 },
  din: { length: 3, attention: [4] },
}

describe('every architecture', () => {
  for (const { name } of architectures) {
    it(`${name} has a logit per row, and gradients that agree with central differences`, async () => {
      const built = build({ name, ...small[name] })
      expect(built.logit.shape).toEqual(['batch', 1])
      const { square, sum } = operations
      const deviations = await checkGradients({ loss: sum(square(built.logit), [0, 1]), inputs: built.inputs })
      expect(Object.keys(deviations)).toContain('deep')
      for (const [input, { float64, float32 }] of Object.entries(deviations)) {
        expect(float64, input).toBeLessThan(1e-6)
        expect(float32, input).toBeLessThan(1e-4)
      }
    })
  }
})

describe('deepfm', () => {
  it('adds the inner product of every pair of fields', async () => {
    const built = build('deepfm')
    const { deep } = built.layout
    if (!deep) throw new Error('no deep part')
    // The tower is silenced; what is left are wide terms, bias and pairs.
    built.inputs['deep/logit']?.data.fill(0)
    const value = (name: string): Float64Array => built.inputs[name]?.data ?? new Float64Array()
    const row = 2
    const input = value('deep').subarray(row * deep.width, (row + 1) * deep.width)
    const fields = deep.parts.map(({ offset }) => [...input.subarray(offset, offset + 3)])
    for (const { column, offset, width } of [...deep.indicators, ...deep.numbers]) {
      const weights = value(`field/${column}`)
      fields.push(
        [0, 1, 2].map((k) =>
          Array.from({ length: width }, (_, i) => (input[offset + i] ?? 0) * (weights[3 * i + k] ?? 0)).reduce(
            (a, b) => a + b,
          ),
        ),
      )
    }
    let expected = (value('wide')[row] ?? 0) + (value('bias')[0] ?? 0)
    const numberWidth = built.layout.wide?.numberWidth ?? 0
    for (let i = 0; i < numberWidth; i++)
      expected += (value('numbers')[row * numberWidth + i] ?? 0) * (value('wide/numbers')[i] ?? 0)
    for (const [i, a] of fields.entries())
      for (const b of fields.slice(i + 1)) expected += a.reduce((sum, v, k) => sum + v * (b[k] ?? 0), 0)
    expect((await logitOf(built))[row]).toBeCloseTo(expected, 10)
  })
})

describe('xdeepfm', () => {
  it('sums products of field vectors, weighed as the paper writes them', async () => {
    const built = build({ name: 'xdeepfm', interactions: [2] })
    const before = await logitOf(built)
    const { deep } = built.layout
    if (!deep) throw new Error('no deep part')
    const own = built.inputs['interactions/logit']
    const saved = [...(own?.data ?? [])]
    own?.data.fill(0)
    const without = await logitOf(built)
    // One weight: from the first output to the logit, of pair (field 0, field 1) alone.
    const weights = built.inputs['interactions/0']
    const fieldCount = deep.parts.length + deep.indicators.length + deep.numbers.length
    weights?.data.fill(0)
    if (weights && own) {
      weights.data[(0 * fieldCount + 1) * 2] = 1
      own.data[0] = 1
    }
    const single = await logitOf(built)
    const input = built.inputs['deep']?.data ?? new Float64Array()
    for (let row = 0; row < rowCount; row++) {
      const at = (part: number, k: number): number => input[row * deep.width + (deep.parts[part]?.offset ?? 0) + k] ?? 0
      const product = [0, 1, 2].reduce((sum, k) => sum + at(0, k) * at(1, k), 0)
      expect((single[row] ?? 0) - (without[row] ?? 0)).toBeCloseTo(product, 10)
    }
    expect(saved.some((value) => value !== 0)).toBe(true)
    expect(before).not.toEqual(without)
  })
})

describe('din', () => {
  const sequences = build({ name: 'din', length: 3 }).layout.deep?.sequences ?? []

  it('places the newest values first and masks the rest', () => {
    const likes = { ids: Int32Array.of(4, 2, 5, 6, 3), offsets: Int32Array.of(0, 4, 4, 5), weights: null }
    const features = withPositions({ rowCount: 3, ids: { likes }, numbers: {} }, sequences)
    const position = (index: number): number[] => [...(features.ids[`likes@${String(index)}`]?.ids ?? [])]
    expect([position(0), position(1), position(2)]).toEqual([
      [6, 0, 3],
      [5, 0, 0],
      [2, 0, 0],
    ])
    const [part] = sequences
    if (!part) throw new Error('no sequence')
    const target = new Float32Array(3 * 3).fill(9)
    writeMask({ ...part, maskOffset: 0 }, features, { range: { first: 0, count: 3 }, data: target, stride: 3 })
    expect([...target]).toEqual([1, 1, 1, 0, 0, 0, 1, 0, 0])
  })

  it('never sees what is masked, and not the order of what it sees', async () => {
    const [part] = sequences
    if (!part) throw new Error('no sequence')
    const built = build({ name: 'din', length: 3 })
    const input = built.inputs['deep']?.data ?? new Float64Array()
    const width = built.layout.deep?.width ?? 0
    for (let row = 0; row < rowCount; row++) input.set([1, 1, 0], row * width + part.maskOffset)
    const before = await logitOf(built)
    for (let row = 0; row < rowCount; row++) {
      const at = row * width + part.offset
      input.fill(7, at + 6, at + 9)
      const first = input.slice(at, at + 3)
      input.copyWithin(at, at + 3, at + 6)
      input.set(first, at + 3)
    }
    const after = await logitOf(built)
    for (const [row, value] of before.entries()) expect(after[row]).toBeCloseTo(value, 10)
  })
})

describe('an architecture of your own', () => {
  const own = defineArchitecture({
    name: 'sum of inputs',
    needsDeep: true,
    logit: ({ deep }, builder) => {
      if (!deep) throw new Error('no deep part')
      return builder.dense('mine', operations.sum(deep.input, [1], true), 1)
    },
  })

  it('is a function from columns to a logit', async () => {
    expect(await logitOf(build(own))).toHaveLength(rowCount)
  })

  it('read back from a bundle it scores, but cannot be built again', () => {
    const stored = JSON.parse(JSON.stringify(own)) as { name: string }
    const model = resolveModel(configOf(stored))
    expect(model.architecture.architecture.name).toBe('sum of inputs')
    expect(() => build(stored)).toThrow(expect.objectContaining({ code: 'MODEL_ARCHITECTURE_ABSENT' }) as Error)
  })
})

describe('the declaration', () => {
  const messageOf = (declared: NonNullable<Config['model']>['architecture'], deep?: false): string => {
    const config = configOf(declared)
    try {
      resolveModel(deep === undefined ? config : { ...config, model: { ...config.model, deep } })
    } catch (error) {
      return String(error)
    }
    return 'no fault'
  }

  it('names what is wrong and the nearest known name', () => {
    expect(messageOf('deepfn')).toContain('did you mean "deepfm"')
    expect(messageOf({ name: 'dcn-v2', layer: 2 })).toContain('did you mean "layers"')
    expect(messageOf({ name: 'dcn-v2', layers: 0 })).toContain('must be a whole number of at least 1; got 0')
    expect(messageOf({ name: 'dcn-v2', structure: 'both' })).toContain('one of "parallel", "stacked"')
    expect(messageOf('deepfm', false)).toContain('must be kept for deepfm')
    expect(messageOf({ name: 'dcn-v2', rank: 2, structure: 'stacked' })).toBe('no fault')
  })
})
