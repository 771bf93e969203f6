import { describe, expect, it } from 'vitest'
import { Graph, createOnnxRuntimeExecutor, writeOnnx } from '../graph/index.js'
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
