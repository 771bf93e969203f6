import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomNormal } from '../../base/index.js'
import { differentiate } from '../differentiate.js'
import type { TensorData } from '../executor.js'
import { createOnnxRuntimeExecutor } from '../onnxruntime-executor.js'
import * as o from '../operations.js'
import type { Tensor } from '../tensor.js'
import { Graph } from '../tensor.js'
import { Arena } from './arena.js'
import type { Matmul } from './matmul-primitive.js'
import { openMatmul } from './matmul-primitive.js'
import { createOnednnExecutor } from './onednn-executor.js'
import { openOnednn } from './open-onednn.js'

const library = openOnednn()

const random = (name: string, shape: readonly number[]): TensorData => {
  const length = shape.reduce((product, size) => product * size, 1)
  return { data: Float32Array.from({ length }, (_, i) => randomNormal(randomKey(1, name), i)), shape }
}

/** A tower with everything between its layers that a training graph has; outputs are the loss and every gradient. */
function tower(activation: (x: Tensor) => Tensor): Record<string, Tensor> {
  const graph = new Graph()
  const x = graph.input('x', ['batch', 7])
  const parameters = [graph.input('w0', [7, 6]), graph.input('b0', [6]), graph.input('w1', [6, 5])]
  const [w0, b0, w1] = parameters as [Tensor, Tensor, Tensor]
  const hidden = o.multiply(activation(o.linear(x, w0, b0)), graph.input('mask', ['batch', 6]))
  const second = activation(o.matmul(hidden, w1))
  const logit = o.add(o.sum(second, [1], true), graph.input('wide', ['batch', 1]))
  const loss = o.sum(o.softplus(logit), [0, 1], false)
  const gradients = differentiate(loss, [x, ...parameters])
  return { loss, ...Object.fromEntries(gradients.map((gradient, index) => [`gradient/${String(index)}`, gradient])) }
}

const feeds = (rows: number): Record<string, TensorData> => ({
  x: random('x', [rows, 7]),
  w0: random('w0', [7, 6]),
  b0: random('b0', [6]),
  w1: random('w1', [6, 5]),
  mask: random('mask', [rows, 6]),
  wide: random('wide', [rows, 1]),
})

/** Products of bfloat16 by their definition: what the library does where the processor has them. */
const referenceMatmul: Matmul = (shape) => (matrices) => {
  const { m, n, k, transposeA, transposeB, bias, isRelu = false, out } = shape
  const [left, right] = [matrices.a as Uint16Array, matrices.b as Uint16Array]
  const [added, result] = [matrices.bias as Float32Array | undefined, matrices.out as Float32Array | Uint16Array]
  const bits = new Uint32Array(1)
  const number = new Float32Array(bits.buffer)
  const exact = (half = 0): number => {
    bits[0] = half * 65536
    return number[0] ?? NaN
  }
  // Cut off, not rounded: near enough.
  const half = (value: number): number => (new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0) >>> 16
  for (let row = 0; row < m; row++)
    for (let column = 0; column < n; column++) {
      let sum = bias ? (added?.[bias === 'row' ? column : row * n + column] ?? NaN) : 0
      for (let i = 0; i < k; i++) {
        const x = exact(left[transposeA ? i * m + row : row * k + i])
        sum += x * exact(right[transposeB ? column * k + i : i * n + column])
      }
      const value = isRelu && sum < 0 ? 0 : sum
      result[row * n + column] = out === 'bfloat16' ? half(value) : value
    }
}

describe.skipIf('reason' in library)('oneDNN as executor', () => {
  if ('reason' in library) return
  const matmul = openMatmul(library, 'float32')
  if ('reason' in matmul) throw new Error(matmul.reason)
  const executor = createOnednnExecutor(library, { matmul, type: 'float32' })
  const reference = createOnnxRuntimeExecutor()

  for (const [name, activation] of Object.entries({ relu: o.relu, sigmoid: o.sigmoid })) {
    it(`computes what ONNX Runtime computes of a tower with ${name}, for any number of rows`, async () => {
      const outputs = tower(activation)
      const graph = await executor.compile(executor.write(outputs))
      const expected = await reference.compile(reference.write(outputs))
      for (const rows of [33, 1, 64, 0]) {
        const [own, other] = [await graph.run(feeds(rows)), await expected.run(feeds(rows))]
        expect(Object.keys(own)).toEqual(Object.keys(other))
        for (const [output, { data, shape }] of Object.entries(own)) {
          expect(shape, output).toEqual(other[output]?.shape)
          for (const [i, value] of data.entries()) expect(value, output).toBeCloseTo(other[output]?.data[i] ?? NaN, 4)
        }
      }
      await graph.close()
      await expected.close()
    })
  }

  for (const type of ['float32', 'bfloat16'] as const)
    it(`leaves outputs in their targets, memory that threads share too, with products of ${type}`, async () => {
      const outputs = tower(o.relu)
      const products = { matmul: type === 'float32' ? matmul : referenceMatmul, type }
      const graph = await createOnednnExecutor(library, products).compile(executor.write(outputs))
      const expected = structuredClone(await graph.run(feeds(33)))
      const targets = Object.fromEntries(
        Object.entries(expected).map(([name, { data }]) => [
          name,
          new Float32Array(new SharedArrayBuffer(data.byteLength)).fill(NaN),
        ]),
      )
      const found = await graph.run(feeds(33), targets)
      for (const [name, { data, shape }] of Object.entries(expected)) {
        expect(found[name], name).toEqual({ data: targets[name], shape })
        expect([...(targets[name] ?? [])], name).toEqual([...data])
      }
      await graph.close()
    })

  for (const type of ['float32', 'bfloat16'] as const)
    it(`leaves in a run like the last one what a graph leaves that has never run, with products of ${type}`, async () => {
      const own = createOnednnExecutor(library, { matmul: type === 'float32' ? matmul : referenceMatmul, type })
      // Sides of 16 and more, so that products are those of the type.
      const graph = new Graph()
      const [x, w] = [graph.input('x', ['batch', 20]), graph.input('w', [20, 24])]
      const masked = o.multiply(o.relu(o.matmul(x, w)), graph.input('mask', ['batch', 24]))
      const loss = o.sum(o.softplus(o.relu(o.matmul(masked, w, { transposeB: true }))), [0, 1], false)
      const [dx, dw] = differentiate(loss, [x, w])
      const program = own.write({ loss, masked, dx: dx ?? x, dw: dw ?? w })
      const arena = new Arena()
      const feedsOf = (round: number, rows: number, scale: number): Record<string, TensorData> => {
        const bytes = Uint8Array.from({ length: 24 * rows }, (_, i) => randomInteger(randomKey(round, 'mask'), i, 2))
        const data = Float32Array.from(bytes, (value) => value * scale)
        const weights = random(`w${String(round)}`, [20, 24])
        const rounded = (): Uint16Array => {
          const [from, to] = [arena.allocate(4 * 480), arena.allocate(2 * 480)]
          arena.float32(from, 480).set(weights.data)
          arena.kernels.toBfloat16(from, to, 480)
          return arena.uint16(to, 480)
        }
        return {
          x: random(`x${String(round)}`, [rows, 20]),
          w: round % 5 === 4 ? weights : { ...weights, rounded },
          mask: { data, shape: [rows, 24], ...(round % 7 === 6 ? {} : { bytes: { values: bytes, scale } }) },
        }
      }
      const kept = await own.compile(program)
      // In float32 so many that the arena grows in between; the products of bfloat16 are slow here.
      const many = type === 'float32' ? 160 : 48
      const shared = { dw: new Float32Array(480), masked: new Float32Array(24 * many) }
      const others = { ...shared, dw: new Float32Array(480) }
      for (let round = 0; round < 36; round++) {
        // As a training's: many batches of one size, now and then another; targets that stay, and others.
        const rows = round % 9 < 7 ? many : 16 + randomInteger(randomKey(1, 'rows'), round, 30)
        const targets = rows < many ? {} : round % 11 < 8 ? shared : round % 11 < 10 ? others : { dw: shared.dw }
        const given = feedsOf(round, rows, round % 13 < 9 ? 2 : 1.25)
        const fresh = await own.compile(program)
        const [found, expected] = [structuredClone(await kept.run(given, targets)), await fresh.run(given)]
        expect(Object.keys(found)).toEqual(Object.keys(expected))
        for (const [name, { data, shape }] of Object.entries(expected)) {
          expect(found[name]?.shape, name).toEqual(shape)
          expect([...(found[name]?.data ?? [])], `${name} of run ${String(round)}`).toEqual([...data])
        }
        for (const [name, target] of Object.entries(targets))
          expect([...target]).toEqual([...(expected[name]?.data ?? [])])
        await fresh.close()
      }
      await kept.close()
    })

  it('multiplies what is rounded to bfloat16, and adds in float32', async () => {
    const graph = new Graph()
    const x = graph.input('x', ['batch', 20])
    const w = graph.input('w', [20, 24])
    const y = o.relu(o.matmul(o.relu(o.matmul(x, w)), w, { transposeB: true }))
    const loss = o.sum(y, [0, 1], false)
    const outputs = Object.fromEntries(
      ['y', 'dx', 'dw'].map((name, i) => [name, [y, ...differentiate(loss, [x, w])][i] ?? y]),
    )
    const own = await createOnednnExecutor(library, { matmul: referenceMatmul, type: 'bfloat16' }).compile(
      executor.write(outputs),
    )
    const plain = await executor.compile(executor.write(outputs))
    const given = { x: random('x', [32, 20]), w: random('w', [20, 24]) }
    const [rounded, expected] = [structuredClone(await own.run(given)), await plain.run(given)]
    for (const [name, { data }] of Object.entries(expected)) {
      const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values))
      const difference = Array.from(data, (value, i) => (rounded[name]?.data[i] ?? NaN) - value)
      // Eight bits of each factor are kept; some units of relu fall on the other side.
      expect(norm(difference) / norm(data), name).toBeLessThan(0.05)
      expect(norm(difference), name).toBeGreaterThan(0)
    }
    const arena = new Arena()
    const roundedOnce = ({ data }: TensorData): (() => Uint16Array) => {
      const [place, out] = [arena.allocate(4 * data.length), arena.allocate(2 * data.length)]
      arena.float32(place, data.length).set(data)
      arena.kernels.toBfloat16(place, out, data.length)
      let calls = 0
      return () => {
        expect(++calls).toBe(1)
        return arena.uint16(out, data.length)
      }
    }
    const outside = Object.fromEntries(
      Object.entries(given).map(([name, feed]) => [name, { ...feed, rounded: roundedOnce(feed) }]),
    )
    expect(await own.run(outside)).toEqual(rounded)
    given.x.data[3] = NaN
    expect((await own.run(given))['y']?.data[0]).toBeNaN()
    await own.close()
    await plain.close()
  })
})
