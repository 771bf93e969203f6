import { describe, expect, it } from 'vitest'
import { randomNormal } from '../base/index.js'
import { Graph, checkGradients, createOnnxRuntimeExecutor, operations, writeOnnx } from '../graph/index.js'
import { NetworkBuilder } from './network-builder.js'
import type { Mode } from './network-builder.js'

async function normalised(mode: Mode, feeds: Readonly<Record<string, readonly number[]>>): Promise<number[]> {
  const graph = new Graph()
  const builder = new NetworkBuilder(graph, mode)
  const outputs = { y: builder.batchNorm('n', graph.input('x', ['batch', 1])) }
  const compiled = await createOnnxRuntimeExecutor().compile(writeOnnx({ outputs, precision: 'float64' }))
  const shapes: Record<string, readonly number[]> = {
    x: [3, 1],
    'n/scale': [1],
    'n/shift': [1],
    'n/mean': [1, 1],
    'n/variance': [1, 1],
  }
  const tensors = Object.entries(feeds).map(([name, data]) => [
    name,
    { data: Float64Array.from(data), shape: shapes[name] ?? [] },
  ])
  const { y } = await compiled.run(Object.fromEntries(tensors) as Parameters<typeof compiled.run>[0])
  await compiled.close()
  return [...(y?.data ?? [])]
}

describe('batch normalisation', () => {
  const parameters = { x: [1, 2, 6], 'n/scale': [2], 'n/shift': [0.5] }

  it('uses mean and biased variance of the batch in training', async () => {
    // mean 3, variance (4 + 1 + 9)/3 = 14/3; y = 2·(x − 3)/√(14/3 + 1e-5) + 0.5
    const root = Math.sqrt(14 / 3 + 1e-5)
    const expected = [1, 2, 6].map((x) => (2 * (x - 3)) / root + 0.5)
    for (const [i, y] of (await normalised('training', parameters)).entries())
      expect(y).toBeCloseTo(expected[i] ?? NaN, 12)
  })

  it('uses the running statistics afterwards', async () => {
    // running mean 1, variance 4: y = 2·(x − 1)/√(4 + 1e-5) + 0.5
    const root = Math.sqrt(4 + 1e-5)
    const expected = [1, 2, 6].map((x) => (2 * (x - 1)) / root + 0.5)
    const values = await normalised('inference', { ...parameters, 'n/mean': [1], 'n/variance': [4] })
    for (const [i, y] of values.entries()) expect(y).toBeCloseTo(expected[i] ?? NaN, 12)
  })
})

describe('layer normalisation', () => {
  it('uses mean and biased variance of each row, in training and afterwards', async () => {
    // Rows (1, 3) and (5, 5): means 2 and 5, variances 1 and 0; y = γ·(x − μ)/√(σ² + 1e-5) + β.
    const root = Math.sqrt(1 + 1e-5)
    for (const mode of ['training', 'inference'] as const) {
      const graph = new Graph()
      const builder = new NetworkBuilder(graph, mode)
      const outputs = { y: builder.layerNorm('n', graph.input('x', ['batch', 2])) }
      const compiled = await createOnnxRuntimeExecutor().compile(writeOnnx({ outputs, precision: 'float64' }))
      const { y } = await compiled.run({
        x: { data: Float64Array.of(1, 3, 5, 5), shape: [2, 2] },
        'n/scale': { data: Float64Array.of(2, 3), shape: [2] },
        'n/shift': { data: Float64Array.of(0.5, -0.5), shape: [2] },
      })
      await compiled.close()
      expect(builder.norms).toEqual([])
      for (const [i, value] of [-2 / root + 0.5, 3 / root - 0.5, 0.5, -0.5].entries())
        expect(y?.data[i]).toBeCloseTo(value, 12)
    }
  })

  it('has the gradients of central differences', async () => {
    const graph = new Graph()
    const builder = new NetworkBuilder(graph, 'training')
    const x = graph.input('x', ['batch', 3])
    const y = builder.layerNorm('n', x)
    const loss = operations.sum(operations.multiply(y, operations.exp(operations.sigmoid(y))), [0, 1])
    const data = (key: number, length: number): Float64Array =>
      Float64Array.from({ length }, (_, i) => randomNormal(key, i))
    const learned = [...builder.tensors].map(
      ([key, tensor], i) => [key, { tensor, data: data(i, 3), shape: [3] }] as const,
    )
    const inputs = { x: { tensor: x, data: data(9, 12), shape: [4, 3] }, ...Object.fromEntries(learned) }
    for (const { float64 } of Object.values(await checkGradients({ loss, inputs }))) expect(float64).toBeLessThan(1e-6)
  })
})
