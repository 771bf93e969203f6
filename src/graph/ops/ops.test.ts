import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { randomNormal, randomUniform } from '../../base/index.js'
import { checkGradients } from '../gradient-check.js'
import { createOnnxRuntimeExecutor } from '../onnxruntime-executor.js'
import type { Op } from '../op.js'
import * as operations from '../operations.js'
import { Graph } from '../tensor.js'
import type { Tensor } from '../tensor.js'
import { writeOnnx } from '../write-onnx.js'

const o = operations

interface Case {
  readonly shapes: readonly (readonly number[])[]
  build(inputs: readonly Tensor[], graph: Graph): Tensor
  /** Values drawn away from kinks and within the domain; normal by default. */
  readonly draw?: (key: number, index: number) => number
}

const positive = (key: number, index: number): number => 0.5 + randomUniform(key, index)
/** At least 0.2 from 0, where relu, abs and heaviside have their kinks. */
const awayFromZero = (key: number, index: number): number => {
  const x = randomNormal(key, index)
  return x + Math.sign(x) * 0.2
}
const at = (inputs: readonly Tensor[], index: number): Tensor => {
  const tensor = inputs[index]
  if (!tensor) throw new Error(`internal: no input ${String(index)}`)
  return tensor
}
const unary = (f: (x: Tensor) => Tensor, draw?: Case['draw']): Case[] => [
  { shapes: [[3, 4]], build: (x) => f(at(x, 0)), ...(draw ? { draw } : {}) },
]
const binary = (f: (a: Tensor, b: Tensor) => Tensor, draw?: Case['draw']): Case[] =>
  [
    [
      [3, 4],
      [3, 4],
    ],
    [[3, 4], [4]],
    [
      [3, 1],
      [2, 3, 5],
    ],
    [[], [2, 3]],
  ].map((shapes) => ({ shapes, build: (x) => f(at(x, 0), at(x, 1)), ...(draw ? { draw } : {}) }))
const sides = [false, true].flatMap((transposeA) => [false, true].map((transposeB) => ({ transposeA, transposeB })))

/** Every operation has its cases; a test below fails when one is missing. */
const cases: Record<string, Case[]> = {
  absolute: unary(o.absolute, awayFromZero),
  add: binary(o.add),
  concat: [
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      build: (x) => o.concat(x, 1),
    },
    {
      shapes: [
        [2, 3],
        [1, 3],
      ],
      build: (x) => o.concat(x, -2),
    },
  ],
  divide: binary(o.divide, positive),
  exp: unary(o.exp),
  expandLike: [
    {
      shapes: [
        [1, 4],
        [3, 4],
      ],
      build: (x) => o.expandLike(at(x, 0), at(x, 1)),
    },
  ],
  heaviside: [{ shapes: [[3, 4]], build: (x) => o.multiply(o.heaviside(at(x, 0)), at(x, 0)), draw: awayFromZero }],
  linear: [
    { shapes: [[3, 4], [4, 2], [2]], build: (x) => o.linear(at(x, 0), at(x, 1), at(x, 2)) },
    {
      shapes: [
        [3, 4],
        [4, 2],
        [3, 2],
      ],
      build: (x) => o.linear(at(x, 0), at(x, 1), at(x, 2)),
    },
  ],
  log: unary(o.log, positive),
  logSoftmax: [{ shapes: [[2, 3, 4]], build: (x) => o.logSoftmax(at(x, 0)) }],
  matmul: [
    ...sides.map((side) => ({
      shapes: [side.transposeA ? [4, 3] : [3, 4], side.transposeB ? [2, 4] : [4, 2]],
      build: (x: readonly Tensor[]) => o.matmul(at(x, 0), at(x, 1), side),
    })),
    ...sides.map((side) => ({
      shapes: [side.transposeA ? [2, 4, 3] : [2, 3, 4], side.transposeB ? [2, 5, 4] : [2, 4, 5]],
      build: (x: readonly Tensor[]) => o.matmul(at(x, 0), at(x, 1), side),
    })),
  ],
  maximum: binary(o.maximum),
  minimum: binary(o.minimum),
  multiply: binary(o.multiply),
  negate: unary(o.negate),
  pad: [{ shapes: [[2, 3]], build: (x) => o.pad(at(x, 0), 1, 2, 1) }],
  relu: unary(o.relu, awayFromZero),
  reshape: [{ shapes: [[2, 6]], build: (x) => o.reshape(at(x, 0), ['batch', 3, 2]) }],
  reshapeLike: [
    {
      shapes: [
        [2, 6],
        [3, 4],
      ],
      build: (x) => o.reshapeLike(at(x, 0), at(x, 1)),
    },
  ],
  sigmoid: unary(o.sigmoid),
  sign: [{ shapes: [[3, 4]], build: (x) => o.multiply(o.sign(at(x, 0)), at(x, 0)), draw: awayFromZero }],
  sizeOf: [{ shapes: [[3, 4]], build: (x) => o.divide(at(x, 0), o.sizeOf(at(x, 0), [0, -1])) }],
  slice: [{ shapes: [[2, 5]], build: (x) => o.slice(at(x, 0), -1, 1, 3) }],
  softmax: [{ shapes: [[2, 3, 4]], build: (x) => o.softmax(at(x, 0)) }],
  softplus: unary(o.softplus),
  sqrt: unary(o.sqrt, positive),
  square: unary(o.square),
  stopGradient: [
    { shapes: [[3]], build: (x, graph) => o.add(o.multiply(o.stopGradient(graph.constant(3)), at(x, 0)), at(x, 0)) },
  ],
  subtract: binary(o.subtract),
  sum: [
    { shapes: [[2, 3, 4]], build: (x) => o.sum(at(x, 0), [0, -1]) },
    { shapes: [[2, 3]], build: (x) => o.multiply(at(x, 0), o.sum(at(x, 0), [1], true)) },
    { shapes: [[2, 3]], build: (x) => o.mean(o.square(o.subtract(at(x, 0), o.mean(at(x, 0), [0], true))), [0]) },
  ],
  sumTo: [
    { shapes: [[2, 3, 4]], build: (x) => o.sumTo(at(x, 0), [3, 1]) },
    { shapes: [[2, 3]], build: (x) => o.sumTo(at(x, 0), []) },
  ],
  tanh: unary(o.tanh),
  transpose: [{ shapes: [[2, 3, 4]], build: (x) => o.transpose(at(x, 0), [2, 0, 1]) }],
  where: [{ shapes: [[3, 1], [3, 4], [4]], build: (x) => o.where(at(x, 0), at(x, 1), at(x, 2)), draw: awayFromZero }],
}

async function worstDeviation({
  shapes,
  build,
  draw = randomNormal,
}: Case): Promise<{ float64: number; float32: number }> {
  const graph = new Graph()
  const tensors = shapes.map((shape, index) => graph.input(`x${String(index)}`, shape))
  const result = build(tensors, graph)
  // A different weight for each element, so that a transposed or shifted gradient cannot hide in a plain sum.
  const weights = o.exp(o.sigmoid(result))
  const loss = o.sum(
    o.multiply(weights, result),
    result.shape.map((_, axis) => axis),
  )
  const inputs = Object.fromEntries(
    tensors.map((tensor, index) => {
      const shape = shapes[index] ?? []
      const size = shape.reduce((product, length) => product * length, 1)
      const data = Float64Array.from({ length: size }, (_, i) => draw(100 + index, i))
      return [`x${String(index)}`, { tensor, data, shape }] as const
    }),
  )
  const deviations = Object.values(await checkGradients({ loss, inputs }))
  return {
    float64: Math.max(...deviations.map(({ float64 }) => float64)),
    float32: Math.max(...deviations.map(({ float32 }) => float32)),
  }
}

/** The operation of a case in float64; `run` moves some of its inputs along a fixed direction. */
async function compileCase({ shapes, build, draw = randomNormal }: Case): Promise<{
  readonly op: Op
  /** Whether the inputs of the operation are those of the graph, in order. */
  readonly isOwn: boolean
  run(step: number, moved: readonly number[]): Promise<Float64Array>
}> {
  const graph = new Graph()
  const tensors = shapes.map((shape, index) => graph.input(`x${String(index)}`, shape))
  const y = build(tensors, graph)
  const compiled = await createOnnxRuntimeExecutor().compile(writeOnnx({ outputs: { y }, precision: 'float64' }))
  return {
    op: y.op,
    isOwn: y.inputs.length === tensors.length && y.inputs.every((input, index) => input === tensors[index]),
    async run(step, moved) {
      const feeds = shapes.map((shape, index) => {
        const size = shape.reduce((product, length) => product * length, 1)
        const along = moved.includes(index) ? 4 * step : 0
        const data = Float64Array.from({ length: size }, (_, i) => draw(100 + index, i) + along * randomUniform(7, i))
        return [`x${String(index)}`, { data, shape }] as const
      })
      return Float64Array.from((await compiled.run(Object.fromEntries(feeds)))['y']?.data ?? [])
    },
  }
}

describe('every operation', () => {
  for (const [name, list] of Object.entries(cases)) {
    for (const [index, one] of list.entries()) {
      it(`${name} (${String(index)}): the gradient is that of central differences in float64, and of float64 in float32`, async () => {
        const { float64, float32 } = await worstDeviation(one)
        expect(float64).toBeLessThan(1e-6)
        expect(float32).toBeLessThan(1e-4)
      })
    }
  }

  for (const [name, list] of Object.entries(cases)) {
    it(`${name} is linear in the inputs that it says, and reads only the shape of those that it says`, async () => {
      for (const one of list) {
        const { run, op, isOwn } = await compileCase(one)
        // Some cases have more than the operation in them.
        if (!isOwn || op.name !== name) continue
        const all = one.shapes.map((_, index) => index)
        const sets = op.linearIn === 'all' ? [all] : (op.linearIn ?? [])
        const still = await run(0, [])
        for (const set of sets) {
          const [up, down] = [await run(1, set), await run(-1, set)]
          for (const [index, value] of still.entries())
            expect(Math.abs((up[index] ?? 0) + (down[index] ?? 0) - 2 * value)).toBeLessThan(1e-9)
        }
        expect(await run(1, op.readsShapeOf ?? [])).toEqual(still)
        expect(sets.every((set) => set.every((index) => op.readsShapeOf?.includes(index) !== true))).toBe(true)
      }
    })
  }

  it('has a file, a line in the list (operations.ts) and cases', async () => {
    const camel = (file: string): string =>
      file.replace(/\.ts$/, '').replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    const files = readdirSync(new URL('.', import.meta.url)).filter(
      (file) => !/^(elementwise|ops\.test)\.ts$/.test(file),
    )
    const names = files.map(camel).sort()
    expect(Object.keys(cases).sort()).toEqual(names)
    const listed = Object.keys(operations).filter((name) => name !== 'mean')
    expect(listed.sort()).toEqual(names)
    for (const file of files) {
      const exported = (await import(/* @vite-ignore */ new URL(file, import.meta.url).href)) as Record<string, unknown>
      expect(exported[`${camel(file)}Op`], `${file} exports its operation`).toMatchObject({ name: camel(file) })
    }
  })
})
