import { describe, expect, it } from 'vitest'
import { randomNormal } from '../../base/index.js'
import { Graph, checkGradients, createOnnxRuntimeExecutor, operations, writeOnnx } from '../../graph/index.js'
import type { Tensor } from '../../graph/index.js'
import { NetworkBuilder } from '../network-builder.js'
import { activations } from './index.js'
import type { ActivationName } from './index.js'

const names = Object.keys(activations) as ActivationName[]
const values = [-2, -0.5, 0, 0.5, 1, 3]
const slope = -0.3
const { mean, deviation } = moments(values)
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const below = (x: number, negative: number): number => (x > 0 ? x : negative)

/** Each as its paper writes it; `slope` where something is learned. */
const definitions: Record<ActivationName, (x: number) => number> = {
  relu: (x) => below(x, 0),
  tanh: Math.tanh,
  sigmoid,
  linear: (x) => x,
  leakyRelu: (x) => below(x, 0.01 * x),
  elu: (x) => below(x, Math.exp(x) - 1),
  selu: (x) => 1.0507009873554805 * below(x, 1.6732632423543772 * (Math.exp(x) - 1)),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  swish: (x) => x * sigmoid(x),
  prelu: (x) => below(x, slope * x),
  dice(x) {
    const share = sigmoid((x - mean) / deviation)
    return share * x + (1 - share) * slope * x
  },
}

function moments(numbers: readonly number[]): { mean: number; deviation: number } {
  const center = numbers.reduce((sum, x) => sum + x, 0) / numbers.length
  const variance = numbers.reduce((sum, x) => sum + (x - center) ** 2, 0) / numbers.length
  return { mean: center, deviation: Math.sqrt(variance + 1e-5) }
}

interface Built {
  readonly x: Tensor
  readonly y: Tensor
  readonly builder: NetworkBuilder
}

function build(name: ActivationName, width: number): Built {
  const graph = new Graph()
  const builder = new NetworkBuilder(graph, 'training')
  const x = graph.input('x', ['batch', width])
  return { x, builder, y: activations[name](x, builder, 'layer') }
}

async function outputs(name: ActivationName, data: readonly number[]): Promise<number[]> {
  const { y, builder } = build(name, 1)
  const compiled = await createOnnxRuntimeExecutor().compile(writeOnnx({ outputs: { y }, precision: 'float64' }))
  const feeds = { x: { data: Float64Array.from(data), shape: [data.length, 1] } }
  const learned = builder.parameters.map((one) => [one.name, { data: Float64Array.of(slope), shape: [1] }])
  const result = await compiled.run({ ...feeds, ...(Object.fromEntries(learned) as typeof feeds) })
  await compiled.close()
  return [...(result['y']?.data ?? [])]
}

describe.each(names)('%s', (name) => {
  it('is what its definition says', async () => {
    const result = await outputs(name, values)
    for (const [i, x] of values.entries()) expect(result[i]).toBeCloseTo(definitions[name](x), 12)
  })

  it('has the gradient of central differences, of what it learns too', async () => {
    const { x, y, builder } = build(name, 3)
    // At least 0.2 from 0, where some have their kinks.
    const data = Float64Array.from({ length: 12 }, (_, i) => {
      const value = randomNormal(4, i)
      return value + 0.2 * Math.sign(value)
    })
    const learned = [...builder.tensors].map(
      ([key, tensor]) => [key, { tensor, data: Float64Array.of(0.3, -0.2, 0.7), shape: [3] }] as const,
    )
    const loss = operations.sum(operations.multiply(y, operations.exp(operations.sigmoid(y))), [0, 1])
    const inputs = { x: { tensor: x, data, shape: [4, 3] }, ...Object.fromEntries(learned) }
    for (const { float64, float32 } of Object.values(await checkGradients({ loss, inputs }))) {
      expect(float64).toBeLessThan(1e-6)
      expect(float32).toBeLessThan(1e-4)
    }
  })

  it('stays finite far from 0', async () => {
    for (const value of await outputs(name, [-1000, 1000])) expect(Number.isFinite(value)).toBe(true)
  })
})

it('gelu is within 0.0005 of x·Φ(x)', async () => {
  // Φ(1) = 0.8413447, Φ(2) = 0.9772499.
  const [one, two] = await outputs('gelu', [1, 2])
  expect(Math.abs((one ?? NaN) - 0.8413447)).toBeLessThan(5e-4)
  expect(Math.abs((two ?? NaN) - 2 * 0.9772499)).toBeLessThan(5e-4)
})
