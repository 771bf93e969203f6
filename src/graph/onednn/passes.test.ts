import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomNormal } from '../../base/index.js'
import { differentiate } from '../differentiate.js'
import { createOnnxRuntimeExecutor } from '../onnxruntime-executor.js'
import * as o from '../operations.js'
import type { TensorData } from '../executor.js'
import { Graph } from '../tensor.js'
import type { Shape, Tensor } from '../tensor.js'
import { openOnednn } from './open-onednn.js'
import { openMatmul } from './matmul-primitive.js'
import { createOnednnExecutor } from './onednn-executor.js'
import { planSegments } from './plan-segments.js'

type Outputs = Readonly<Record<string, Tensor>>

const width = 21
const inputShapes: Readonly<Record<string, Shape>> = {
  ...{ a: ['batch', width], b: ['batch', width], row: [width], oneRow: [1, width], number: [1], w: [width, width] },
  ...{ thin: [width, 1], scale: [] },
}

function feedsOf(rows: number): Record<string, TensorData> {
  const feed = (name: string, shape: Shape): TensorData => {
    const sizes = shape.map((size) => (typeof size === 'number' ? size : rows))
    const length = sizes.reduce((product, size) => product * size, 1)
    return { data: Float32Array.from({ length }, (_, i) => randomNormal(randomKey(rows, name), i)), shape: sizes }
  }
  return Object.fromEntries(Object.entries(inputShapes).map(([name, shape]) => [name, feed(name, shape)]))
}

/** The same with the matrix `b` as bytes that are scaled, as masks come. */
function feedsWithBytes(rows: number): Record<string, TensorData> {
  const values = Uint8Array.from({ length: rows * width }, (_, i) => randomInteger(randomKey(rows, 'bytes'), i, 256))
  const scaled = { data: Float32Array.from(values, (value) => value * 0.01), shape: [rows, width] }
  return { ...feedsOf(rows), b: { ...scaled, bytes: { values, scale: Math.fround(0.01) } } }
}

/** Steps drawn at random over matrices, rows and numbers, some of them summed over the rows; what they make is left, or read by a product. */
function drawn(seed: number): Outputs {
  const graph = new Graph()
  const inputs = Object.fromEntries(
    Object.entries(inputShapes).map(([name, shape]) => [name, graph.input(name, shape)]),
  )
  const { w, thin: _thin, ...others } = inputs
  const known = [...Object.values(others), graph.constant(0.5)]
  const draw = (i: number, count: number): number => randomInteger(randomKey(seed, String(i)), i, count)
  const positive = (x: Tensor): Tensor => o.add(o.square(x), graph.constant(1))
  const makers: ((x: Tensor, y: Tensor) => Tensor)[] = [
    o.add,
    o.subtract,
    o.multiply,
    (x, y) => o.divide(x, positive(y)),
    (x) => o.square(x),
    (x) => o.sqrt(positive(x)),
    (x) => o.negate(x),
    (x) => o.relu(x),
    (x, y) => o.multiply(y, o.heaviside(x)),
    (x) => (x.shape[0] === 'batch' ? o.divide(o.sum(x, [0], true), o.sizeOf(x, [0])) : o.negate(x)),
    (x) => o.sigmoid(x),
    (x) => o.softplus(x),
    (x) => (x.shape[0] === 'batch' ? o.divide(o.sum(x, [0, 1]), o.sizeOf(x, [0])) : o.negate(x)),
  ]
  for (let i = 0; i < 30; i++) {
    const pick = (at: number): Tensor => known[draw(at, known.length)] ?? graph.constant(1)
    const made = makers[draw(3 * i, makers.length)]?.(pick(3 * i + 1), pick(3 * i + 2))
    // Squares of squares would grow beyond all numbers.
    if (made) known.push(o.divide(made, positive(made)))
  }
  const matrices = known.filter(({ shape }) => shape[0] === 'batch')
  const left = Object.fromEntries(known.slice(-3).map((tensor, i) => [`left ${String(i)}`, tensor]))
  const last = matrices.at(-1)
  return { ...left, ...(last && w ? { product: o.relu(o.matmul(last, w)) } : {}) }
}

/** What training computes of a layer with batch normalisation and dropout. */
function normalized(): Outputs {
  const graph = new Graph()
  const [x, w] = [graph.input('a', ['batch', width]), graph.input('w', [width, width])]
  const [scale, shift, mask] = [
    graph.input('row', [width]),
    graph.input('oneRow', [1, width]),
    graph.input('b', ['batch', width]),
  ]
  let y = x
  for (let layer = 0; layer < 2; layer++) {
    const linear = o.matmul(y, w)
    const centered = o.subtract(linear, o.mean(linear, [0], true))
    const squares = o.square(o.subtract(linear, o.stopGradient(o.mean(linear, [0], true))))
    const deviation = o.sqrt(o.add(o.mean(squares, [0], true), graph.constant(1e-5)))
    y = o.multiply(o.relu(o.add(o.multiply(centered, o.divide(scale, deviation)), shift)), mask)
  }
  const loss = o.sum(o.softplus(y), [0, 1], false)
  const wanted = { x, w, scale, shift }
  const gradients = differentiate(loss, Object.values(wanted))
  return {
    loss,
    ...Object.fromEntries(
      Object.keys(wanted).flatMap((name, i) => (gradients[i] ? [[`gradient of ${name}`, gradients[i]]] : [])),
    ),
  }
}

const library = openOnednn()

describe.skipIf('reason' in library)('passes between products', () => {
  if ('reason' in library) return
  const matmul = openMatmul(library, 'float32')
  if ('reason' in matmul) throw new Error(matmul.reason)
  const executor = createOnednnExecutor(library, { matmul, type: 'float32' })
  const reference = createOnnxRuntimeExecutor()

  async function expectSame(outputs: Outputs, sizes: readonly number[], feedsOfRows = feedsOf): Promise<void> {
    const graph = await executor.compile(executor.write(outputs))
    const expected = await reference.compile(reference.write(outputs))
    for (const rows of sizes) {
      const feeds = feedsOfRows(rows)
      // The second time it only does again what it did.
      await graph.run(feeds)
      const [own, other] = [await graph.run(feeds), await expected.run(feeds)]
      for (const [name, { data, shape }] of Object.entries(other)) {
        expect(own[name]?.shape, name).toEqual(shape)
        const most = Math.max(1, ...Array.from(data, Math.abs))
        for (const [i, value] of data.entries())
          expect(Math.abs((own[name]?.data[i] ?? NaN) - value) / most, `${name} ${String(i)}`).toBeLessThan(1e-4)
      }
    }
    await graph.close()
    await expected.close()
  }

  it('compute what ONNX Runtime computes, of steps drawn at random', async () => {
    for (let seed = 0; seed < 40; seed++) await expectSame(drawn(seed), [37, 1, 100])
  })

  it('compute what ONNX Runtime computes of batch normalisation, and of its gradients', async () => {
    await expectSame(normalized(), [37, 2, 100])
  })

  it('are not one where the other waits for a sum', async () => {
    const graph = new Graph()
    const squares = o.square(o.add(graph.input('a', ['batch', width]), graph.input('row', [width])))
    const own = o.divide(squares, o.sum(squares, [0], true))
    await expectSame({ own, again: o.subtract(own, o.sum(o.multiply(own, own), [0], true)) }, [37, 1])
  })

  it('read masks as bytes', async () => {
    await expectSame(normalized(), [37, 2, 100], feedsWithBytes)
    for (let seed = 0; seed < 20; seed++) await expectSame(drawn(seed), [37, 1, 700], feedsWithBytes)
    // In rows, in one long row, and in a sum of all.
    const graph = new Graph()
    const [a, b, row] = [
      graph.input('a', ['batch', width]),
      graph.input('b', ['batch', width]),
      graph.input('row', [width]),
    ]
    const masked = o.multiply(a, o.square(b))
    const outputs = { masked, rows: o.add(masked, row), total: o.sum(o.negate(masked), [0, 1]) }
    await expectSame(outputs, [1, 3, 100], feedsWithBytes)
  })

  it('go over the matrices of a layer with batch normalisation as often as the sums between need', () => {
    const { segments } = planSegments(normalized())
    const passes = segments.flatMap((segment) =>
      'kernel' in segment && segment.flags.pass ? [segment.flags.pass] : [],
    )
    const overMatrices = passes.filter(({ isSpread }) => isSpread.includes(false))
    // The mean, the variance, the layer; of the last the mean, the variance, and all up to the loss and back through the mask, with the sums for the shift (and
    // the mean) and the scale (and the variance); back to the product; of the first back through the mask with the same sums, and on.
    expect(overMatrices.map(({ results }) => results.length)).toEqual([1, 1, 1, 1, 1, 4, 1, 3, 1])
  })

  it('leave nothing of batch normalisation and its loss to another executor', () => {
    const { segments } = planSegments(normalized())
    expect(segments.filter((segment) => 'model' in segment)).toEqual([])
  })

  it('leave nothing of a loss of logits to another executor, its scale and the sum of all included', async () => {
    const graph = new Graph()
    const [x, w, scale] = [
      graph.input('a', ['batch', width]),
      graph.input('w', [width, width]),
      graph.input('number', [1]),
    ]
    const column = o.matmul(o.relu(o.matmul(x, w)), graph.input('thin', [width, 1]))
    const loss = o.sum(o.subtract(o.softplus(column), o.multiply(o.sigmoid(column), scale)), [0, 1])
    const [ofX, ofW] = differentiate(o.multiply(loss, graph.input('scale', [])), [x, w])
    const outputs = { loss, ...(ofX && { ofX }), ...(ofW && { ofW }) }
    expect(planSegments(outputs).segments.filter((segment) => 'model' in segment)).toEqual([])
    await expectSame(outputs, [37, 1, 1500])
  })

  it('compute sigmoid and softplus to the last digits, at the ends of the numbers too', async () => {
    const graph = new Graph()
    const a = graph.input('a', ['batch', 1])
    const compiled = await executor.compile(executor.write({ sigmoid: o.sigmoid(a), softplus: o.softplus(a) }))
    const drawnLogits = Array.from({ length: 2000 }, (_, i) => 10 * randomNormal(3, i))
    const values = Float32Array.of(
      0,
      -0,
      1e-30,
      -1e-30,
      17,
      -17,
      80,
      -80,
      3e38,
      -3e38,
      Infinity,
      -Infinity,
      ...drawnLogits,
    )
    const of = (data: Float32Array) => compiled.run({ a: { data, shape: [data.length, 1] } })
    const { sigmoid, softplus } = await of(values)
    for (const [i, x] of values.entries()) {
      const expected = {
        sigmoid: 1 / (1 + Math.exp(-x)),
        softplus: Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
      }
      for (const [name, result] of Object.entries({ sigmoid, softplus })) {
        const [value, wanted] = [result?.data[i] ?? NaN, expected[name as 'sigmoid']]
        // What is next to nothing may stay at the smallest of the normal numbers.
        if (value !== wanted)
          expect(Math.abs(value - wanted) / (wanted + 1e-31), `${name} ${String(x)}`).toBeLessThan(4e-7)
      }
    }
    const broken = await of(Float32Array.of(NaN, 1))
    for (const name of ['sigmoid', 'softplus'])
      expect([broken[name]?.data[0], Number.isFinite(broken[name]?.data[1])]).toEqual([NaN, true])
    await compiled.close()
  })

  it('leave alone what products and kernels do by themselves', () => {
    const graph = new Graph()
    const [x, w, bias] = [
      graph.input('a', ['batch', width]),
      graph.input('w', [width, width]),
      graph.input('row', [width]),
    ]
    const hidden = o.relu(o.linear(o.relu(o.linear(x, w, bias)), w, bias))
    const y = o.linear(hidden, w, bias)
    const gradients = differentiate(o.sum(o.softplus(y), [0, 1], false), [x, w, bias])
    const { segments } = planSegments(Object.fromEntries(gradients.map((gradient, i) => [String(i), gradient])))
    const kernels = segments.flatMap((segment) => ('kernel' in segment ? [segment] : []))
    // The same weights in three layers: their gradients are added. The others are the gradient of the loss.
    const steps = kernels.flatMap(({ flags }) => flags.pass?.steps ?? []).map(({ step }) => step)
    expect(new Set(steps)).toEqual(new Set(['add', 'multiply', 'sigmoid']))
    expect(kernels.filter(({ kernel }) => kernel === 'multiplyHeaviside')).toHaveLength(2)
    expect(kernels.filter(({ flags }) => flags.isRelu)).toHaveLength(2)
  })

  it('let a NaN through relu', async () => {
    const graph = new Graph()
    const [a, row] = [graph.input('a', ['batch', 3]), graph.input('row', [3])]
    const compiled = await executor.compile(executor.write({ y: o.relu(o.subtract(o.square(a), row)) }))
    const { y } = await compiled.run({
      a: { data: Float32Array.of(1, NaN, 3, 0, 5, NaN), shape: [2, 3] },
      row: { data: Float32Array.of(2, 2, 2), shape: [3] },
    })
    expect([...(y?.data ?? [])]).toEqual([0, NaN, 7, 0, 23, NaN])
    await compiled.close()
  })
})
