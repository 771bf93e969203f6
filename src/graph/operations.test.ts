import { describe, expect, it } from 'vitest'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import * as operations from './operations.js'
import { Graph } from './tensor.js'
import type { Tensor } from './tensor.js'
import type { Precision } from './write-onnx.js'
import { writeOnnx } from './write-onnx.js'

const o = operations

interface Example {
  readonly of: (x: Tensor, y: Tensor, graph: Graph) => Tensor
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

const xShape = [2, 3]
const xValues = [-2, -0.5, 0, 0.5, 1, 3]
/** Broadcasts over the rows of x. */
const yValues = [1, 2, 4]
const each = (f: (x: number) => number): Pick<Example, 'shape' | 'data'> => ({ shape: xShape, data: xValues.map(f) })
const both = (f: (x: number, y: number) => number): Pick<Example, 'shape' | 'data'> => ({
  shape: xShape,
  data: xValues.map((x, i) => f(x, yValues[i % 3] ?? 0)),
})
const softmaxed = [xValues.slice(0, 3), xValues.slice(3)].flatMap((row) => {
  const total = row.reduce((sum, x) => sum + Math.exp(x), 0)
  return row.map((x) => Math.exp(x) / total)
})

/** What each operation makes of x = [[-2, -½, 0], [½, 1, 3]] and y = [1, 2, 4], by hand or in plain JavaScript. */
const examples: Record<string, Example> = {
  absolute: { of: (x) => o.absolute(x), ...each(Math.abs) },
  add: { of: (x, y) => o.add(x, y), ...both((x, y) => x + y) },
  concat: {
    of: (x) => o.concat([x, o.negate(x)], -1),
    shape: [2, 6],
    data: [-2, -0.5, 0, 2, 0.5, 0, 0.5, 1, 3, -0.5, -1, -3],
  },
  divide: { of: (x, y) => o.divide(x, y), ...both((x, y) => x / y) },
  exp: { of: (x) => o.exp(x), ...each(Math.exp) },
  expandLike: { of: (x, y) => o.expandLike(y, x), ...both((_, y) => y) },
  heaviside: { of: (x) => o.heaviside(x), shape: xShape, data: [0, 0, 0, 1, 1, 1] },
  linear: {
    of: (x, _, graph) => o.linear(x, graph.constant([1, 0, 2], [3, 1]), graph.constant([10], [1])),
    shape: [2, 1],
    data: [8, 16.5],
  },
  log: { of: (x) => o.log(o.exp(x)), ...each((x) => x) },
  matmul: {
    of: (x) => o.matmul(x, x, { transposeB: true }),
    shape: [2, 2],
    data: [4.25, -1.5, -1.5, 10.25],
  },
  maximum: { of: (x, y) => o.maximum(x, y), ...both(Math.max) },
  mean: { of: (x) => o.mean(x, [0]), shape: [3], data: [-0.75, 0.25, 1.5] },
  minimum: { of: (x, y) => o.minimum(x, y), ...both(Math.min) },
  multiply: { of: (x, y) => o.multiply(x, y), ...both((x, y) => x * y) },
  negate: { of: (x) => o.negate(x), ...each((x) => 0 - x) },
  pad: { of: (_, y) => o.pad(y, 0, 1, 2), shape: [6], data: [0, 1, 2, 4, 0, 0] },
  relu: { of: (x) => o.relu(x), shape: xShape, data: [0, 0, 0, 0.5, 1, 3] },
  reshape: { of: (x) => o.reshape(x, ['batch', 2]), shape: [3, 2], data: xValues },
  reshapeLike: { of: (x, _, graph) => o.reshapeLike(x, graph.constant(xValues, [6])), shape: [6], data: xValues },
  sigmoid: { of: (x) => o.sigmoid(x), ...each((x) => 1 / (1 + Math.exp(-x))) },
  sign: { of: (x) => o.sign(x), shape: xShape, data: [-1, -1, 0, 1, 1, 1] },
  sizeOf: { of: (x) => o.sizeOf(x, [0, -1]), shape: [], data: [6] },
  slice: { of: (x) => o.slice(x, -1, 1, 3), shape: [2, 2], data: [-0.5, 0, 1, 3] },
  logSoftmax: { of: (x) => o.logSoftmax(x), shape: xShape, data: softmaxed.map(Math.log) },
  softmax: { of: (x) => o.softmax(x), shape: xShape, data: softmaxed },
  softplus: { of: (x) => o.softplus(x), ...each((x) => Math.log1p(Math.exp(x))) },
  sqrt: { of: (_, y) => o.sqrt(y), shape: [3], data: yValues.map(Math.sqrt) },
  square: { of: (x) => o.square(x), ...each((x) => x * x) },
  stopGradient: { of: (x) => o.stopGradient(x), ...each((x) => x) },
  subtract: { of: (x, y) => o.subtract(x, y), ...both((x, y) => x - y) },
  sum: { of: (x) => o.sum(x, [1], true), shape: [2, 1], data: [-2.5, 4.5] },
  sumTo: { of: (x) => o.sumTo(x, [3]), shape: [3], data: [-1.5, 0.5, 3] },
  tanh: { of: (x) => o.tanh(x), ...each(Math.tanh) },
  transpose: { of: (x) => o.transpose(x, [1, 0]), shape: [3, 2], data: [-2, 0.5, -0.5, 1, 0, 3] },
  where: { of: (x, y, graph) => o.where(x, y, graph.constant(-9)), ...both((x, y) => (x > 0 ? y : -9)) },
}

async function evaluate(of: Example['of'], precision: Precision, x: readonly number[] = xValues) {
  const graph = new Graph()
  const [first, second] = [graph.input('x', ['batch', 3]), graph.input('y', [3])]
  const model = writeOnnx({ outputs: { result: of(first, second, graph) }, precision })
  const compiled = await createOnnxRuntimeExecutor().compile(model)
  const numbers = (values: readonly number[]) =>
    precision === 'float32' ? Float32Array.from(values) : Float64Array.from(values)
  const feeds = { x: { data: numbers(x), shape: [x.length / 3, 3] }, y: { data: numbers(yValues), shape: [3] } }
  const { result } = await compiled.run(feeds)
  await compiled.close()
  return { data: [...(result?.data ?? [])], shape: result?.shape }
}

describe('the values of every operation', () => {
  it('has an example of each', () => {
    expect(Object.keys(examples).sort()).toEqual(Object.keys(operations).sort())
  })

  for (const [name, { of, shape, data }] of Object.entries(examples)) {
    it(`${name} is what plain arithmetic gives, in float64 and float32`, async () => {
      for (const [precision, digits] of [
        ['float64', 12],
        ['float32', 5],
      ] as const) {
        const result = await evaluate(of, precision)
        expect(result.shape).toEqual(shape)
        expect(result.data.length).toBe(data.length)
        for (const [i, value] of data.entries()) expect(result.data[i]).toBeCloseTo(value, digits)
      }
    })
  }

  it('softplus does not overflow in either precision', async () => {
    for (const precision of ['float32', 'float64'] as const) {
      expect((await evaluate(o.softplus, precision, [-1000, 0, 1000])).data).toEqual([
        0,
        expect.closeTo(Math.LN2, 6),
        1000,
      ])
    }
  })

  it('softmax does not overflow, and gives nothing to what is masked with −∞', async () => {
    const masked = await evaluate(
      (x, _, graph) => o.softmax(o.where(x, x, graph.constant(-Infinity))),
      'float32',
      [1000, 1000, -1],
    )
    expect(masked.data).toEqual([0.5, 0.5, 0])
  })

  it('a sum or a mean over no axes is the tensor itself', async () => {
    for (const of of [(x: Tensor) => o.sum(x, []), (x: Tensor) => o.mean(x, [])]) {
      expect(await evaluate(of, 'float64')).toEqual({ shape: xShape, data: xValues })
    }
  })
})
