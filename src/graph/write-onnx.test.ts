import { describe, expect, it } from 'vitest'
import { differentiate } from './differentiate.js'
import type { TensorData } from './executor.js'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import * as o from './operations.js'
import { ProtobufMessage } from './protobuf.js'
import { Graph } from './tensor.js'
import { writeOnnx } from './write-onnx.js'

const text = (model: Uint8Array): string => Buffer.from(model).toString('latin1')
const occurrences = (model: Uint8Array, word: string): number => text(model).split(word).length - 1
const single = (data: readonly number[], shape: readonly number[]): TensorData => ({
  data: Float32Array.from(data),
  shape,
})

async function run(model: Uint8Array, feeds: Record<string, TensorData>) {
  const graph = await createOnnxRuntimeExecutor().compile(model)
  const results = await graph.run(feeds)
  await graph.close()
  return results
}

describe('an ONNX model', () => {
  it('holds only what its outputs need, each once', () => {
    const graph = new Graph()
    const x = graph.input('x', ['batch', 2])
    const tanh = o.tanh(x)
    o.exp(graph.input('unreached', [2]))
    const model = writeOnnx({ outputs: { a: o.square(tanh), b: o.negate(tanh) }, precision: 'float32' })
    expect(occurrences(model, 'Tanh_')).toBe(1)
    expect(text(model)).not.toContain('unreached')
    expect(text(model)).not.toContain('Exp')
  })

  it('is the same bytes for the same graph', () => {
    const write = () => {
      const x = new Graph().input('x', ['batch', 2])
      const loss = o.sum(o.softplus(x), [0, 1])
      const [gradient] = differentiate(loss, [x])
      return writeOnnx({ outputs: { loss, gradient: gradient ?? x }, precision: 'float32' })
    }
    expect(write()).toEqual(write())
  })

  it('computes the same with inputs built in as constants, and no longer asks for them', async () => {
    const graph = new Graph()
    const [x, weights, bias] = [graph.input('x', ['batch', 2]), graph.input('w', [2, 3]), graph.input('b', [3])]
    const outputs = { y: o.linear(x, weights, bias) }
    const w = [1, 2, 3, 4, 5, 6]
    const b = [10, 20, 30]
    const feeds = { x: single([1, 0, 0, 1, 1, 1], [3, 2]) }
    const asked = writeOnnx({ outputs, precision: 'float32' })
    const builtIn = writeOnnx({
      outputs,
      precision: 'float32',
      constants: { w: Float32Array.from(w), b: Float32Array.from(b), notInThisGraph: Float32Array.of(1) },
    })
    const expected = [11, 22, 33, 14, 25, 36, 15, 27, 39]
    const given = await run(asked, { ...feeds, w: single(w, [2, 3]), b: single(b, [3]) })
    expect([...(given['y']?.data ?? [])]).toEqual(expected)
    expect([...((await run(builtIn, feeds))['y']?.data ?? [])]).toEqual(expected)
  })

  it('refuses constants that do not fill the known shape of their input', () => {
    const graph = new Graph()
    const outputs = { y: o.add(graph.input('x', ['batch', 2]), graph.input('w', [2])) }
    for (const name of ['x', 'w']) {
      const constants = { [name]: Float32Array.of(1) }
      expect(() => writeOnnx({ outputs, precision: 'float32', constants })).toThrow(`the constant for input "${name}"`)
    }
  })

  it('refuses a name that is an input and an output, and no other', () => {
    const graph = new Graph()
    const write = (input: string, output: string) =>
      writeOnnx({ outputs: { [output]: o.negate(graph.input(input, [2])) }, precision: 'float32' })
    expect(() => write('x', 'x')).toThrow('"x" is an input and an output')
    expect(() => write('toString', 'y')).not.toThrow()
  })

  it('gives an input out as it came, and one tensor under two names', async () => {
    const x = new Graph().input('x', [2])
    const results = await run(writeOnnx({ outputs: { a: x, b: x }, precision: 'float32' }), { x: single([1, 2], [2]) })
    expect(Object.values(results).map(({ data }) => [...data])).toEqual([
      [1, 2],
      [1, 2],
    ])
  })
})

describe('the Protocol Buffers wire format', () => {
  it('is that of the specification: 150 in field 1, "testing" in field 2, a nested message in field 3', () => {
    const nested = new ProtobufMessage().integer(1, 150)
    const message = new ProtobufMessage().integer(1, 150).bytes(2, 'testing').bytes(3, nested)
    expect(Buffer.from(message.finish()).toString('hex')).toBe('089601' + '120774657374696e67' + '1a03089601')
  })

  it('writes negative integers as ten bytes and floats as four, little-endian', () => {
    const negative = new ProtobufMessage().integer(1, -1).finish()
    expect(Buffer.from(negative).toString('hex')).toBe('08ffffffffffffffffff01')
    expect(Buffer.from(new ProtobufMessage().float(2, 1).finish()).toString('hex')).toBe('150000803f')
  })
})
