import { describe, expect, it } from 'vitest'
import { randomNormal } from '../base/index.js'
import { differentiate, reverseOrder } from './differentiate.js'
import { checkGradients } from './gradient-check.js'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import * as o from './operations.js'
import { Graph } from './tensor.js'
import type { Tensor } from './tensor.js'
import { writeOnnx } from './write-onnx.js'

async function gradientOf(loss: Tensor, x: Tensor, data: readonly number[], shape: readonly number[]) {
  const [gradient] = differentiate(loss, [x])
  const graph = await createOnnxRuntimeExecutor().compile(
    writeOnnx({ outputs: { gradient: gradient ?? x }, precision: 'float64' }),
  )
  const { gradient: result } = await graph.run({
    [String(x.attributes['name'])]: { data: Float64Array.from(data), shape },
  })
  await graph.close()
  return result
}

describe('differentiation', () => {
  it('adds up the gradients of every use of a tensor', async () => {
    const x = new Graph().input('x', ['batch'])
    const result = await gradientOf(o.sum(o.add(o.square(x), o.add(x, x)), [0]), x, [1, -3], [2])
    expect([...(result?.data ?? [])]).toEqual([4, -4])
  })

  it('gives zeros in its own shape to a tensor that the loss does not reach', async () => {
    const graph = new Graph()
    const loss = o.sum(graph.input('x', ['batch']), [0])
    const result = await gradientOf(loss, graph.input('z', ['batch', 2]), [1, 2, 3, 4, 5, 6], [3, 2])
    expect(result).toMatchObject({ shape: [3, 2] })
    expect([...(result?.data ?? [])]).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('divides a mean by the batch of the run', async () => {
    const x = new Graph().input('x', ['batch'])
    for (const size of [1, 5]) {
      const result = await gradientOf(
        o.mean(x, [0]),
        x,
        Array.from({ length: size }, () => 2),
        [size],
      )
      expect([...(result?.data ?? [])]).toEqual(Array.from({ length: size }, () => 1 / size))
    }
  })

  it('visits a tensor once however many paths lead to it: sixty doublings stay sixty steps', () => {
    let x = new Graph().input('x', [])
    const input = x
    for (let i = 0; i < 60; i++) x = o.add(x, o.exp(x))
    const [gradient] = differentiate(x, [input])
    expect(reverseOrder(gradient ?? x).length).toBeLessThan(400)
  })

  it('takes what is the same for all terms of a sum out of it', async () => {
    const graph = new Graph()
    const [x, row] = [graph.input('x', ['batch', 2]), graph.constant([2, 4], [2])]
    const sum = o.sumTo(o.negate(o.divide(o.multiply(row, x), row)), [1, 2])
    expect(sum).toBe(o.negate(o.divide(o.multiply(row, o.sumTo(x, [1, 2])), row)))
    // Both factors vary, or it is not linear in the one that does.
    expect(o.sumTo(o.multiply(x, x), [2]).op).toBe(o.sumTo(o.divide(row, x), [2]).op)
    const model = writeOnnx({ outputs: { sum }, precision: 'float64' })
    const compiled = await createOnnxRuntimeExecutor().compile(model)
    const { sum: result } = await compiled.run({ x: { data: Float64Array.of(1, 2, 3, 5), shape: [2, 2] } })
    expect([[...(result?.data ?? [])], result?.shape]).toEqual([
      [-4, -7],
      [1, 2],
    ])
    await compiled.close()
  })

  it('does not build a sum again for its shape', () => {
    const x = new Graph().input('x', ['batch', 3])
    const loss = o.sum(o.square(o.sum(x, [1])), [0])
    const [gradient] = differentiate(loss, [x])
    const sums = reverseOrder(gradient ?? x).filter(({ op }) => op.name === 'sum')
    expect(sums.length).toBe(1)
  })

  it('sums over an inner axis between two symbolic ones', async () => {
    const graph = new Graph()
    const tensor = graph.input('x', ['batch', 3, 'time'])
    const loss = o.sum(o.square(o.sum(o.exp(tensor), [1])), [0, 1])
    const data = Float64Array.from({ length: 24 }, (_, i) => randomNormal(3, i))
    const { x } = await checkGradients({ loss, inputs: { x: { tensor, data, shape: [2, 3, 4] } } })
    expect(x?.float64).toBeLessThan(1e-6)
  })

  it('differentiates its own result: the second derivative of x⁴ is 12x²', async () => {
    const x = new Graph().input('x', ['batch'])
    const [first] = differentiate(o.sum(o.square(o.square(x)), [0]), [x])
    const result = await gradientOf(o.sum(first ?? x, [0]), x, [1, -2], [2])
    expect([...(result?.data ?? [])]).toEqual([12, 48])
  })

  it('refuses a loss that is not a scalar', () => {
    const x = new Graph().input('x', ['batch'])
    expect(() => differentiate(x, [x])).toThrow('the loss to differentiate must have no axes')
  })
})

describe('the gradient check', () => {
  it('sees a gradient that is wrong', async () => {
    const tensor = new Graph().input('x', [3])
    const inputs = { x: { tensor, data: Float64Array.of(1, 2, 3), shape: [3] } }
    // The value depends on x twice, the gradient sees it once.
    const loss = o.sum(o.multiply(tensor, o.stopGradient(tensor)), [0])
    expect((await checkGradients({ loss, inputs }))['x']?.float64).toBeCloseTo(0.5, 6)
  })
})
