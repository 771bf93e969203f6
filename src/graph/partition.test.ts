import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomNormal } from '../base/index.js'
import type { TensorData } from './executor.js'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import * as o from './operations.js'
import { partition } from './partition.js'
import type { InputSides } from './partition.js'
import { readConstants } from './read-onnx.js'
import type { Side } from './split.js'
import type { Boundary } from './splitter.js'
import { Graph } from './tensor.js'
import type { Tensor } from './tensor.js'
import { writeOnnx } from './write-onnx.js'

const rowCount = 3
const columns = (['item', 'request', 'pair', 'request', 'item'] as const).map((side, i) => ({
  side,
  width: 1 + (i % 3),
}))
const width = columns.reduce((sum, column) => sum + column.width, 0)
const inputs: Record<string, InputSides> = {
  x: { columns },
  y: {
    columns: [
      { side: 'item', width: 4 },
      { side: 'request', width: 4 },
    ],
  },
  z: { summands: ['item', 'request'] },
}
const number = (key: string) => (i: number) => randomNormal(randomKey(1, key), i) / 2
/** A cell of an input: what is the request's is the same in every row. */
const cell = (name: string, side: Side, row: number, column: number): number =>
  number(`${name} ${side}`)(100 * (side === 'request' ? 0 : row) + column)

/** What one side gets of the inputs, `[rows, its columns]`. */
function sideInputs(side: Side, rows: number): Record<string, TensorData> {
  const feeds: Record<string, TensorData> = {}
  for (const [name, sides] of Object.entries(inputs)) {
    const own = 'columns' in sides ? placed(sides.columns).filter((one) => one.side === side) : []
    const places = 'columns' in sides ? own.map(({ column }) => column) : [0, 1, 2]
    const data = Float32Array.from({ length: rows * places.length }, (_, i) =>
      cell(name, side, Math.floor(i / places.length), places[i % places.length] ?? 0),
    )
    feeds[name] = { data, shape: [rows, places.length] }
  }
  return feeds
}

const placed = (all: readonly { side: Side; width: number }[]): { side: Side; column: number }[] =>
  all
    .flatMap(({ side, width: own }) => Array.from({ length: own }, () => side))
    .map((side, column) => ({ side, column }))

function wholeInputs(): Record<string, TensorData> {
  const feeds: Record<string, TensorData> = {}
  for (const [name, sides] of Object.entries(inputs)) {
    const total = 'columns' in sides ? placed(sides.columns).length : 3
    const data = Float32Array.from({ length: rowCount * total }, (_, i) => {
      const [row, column] = [Math.floor(i / total), i % total]
      const own = 'columns' in sides ? [placed(sides.columns)[column]?.side ?? 'pair'] : sides.summands
      return own.reduce((sum, side) => sum + cell(name, side, row, column), 0)
    })
    feeds[name] = { data, shape: [rowCount, total] }
  }
  return feeds
}

async function run(outputs: Record<string, Tensor>, feeds: Record<string, TensorData>, constants = {}) {
  const compiled = await createOnnxRuntimeExecutor().compile(writeOnnx({ outputs, precision: 'float32', constants }))
  const results = await compiled.run(feeds)
  await compiled.close()
  return results
}

function fed({ shape, side }: Boundary, value: TensorData): TensorData {
  const times = side === 'request' && shape[0] !== 1 ? rowCount : 1
  const data = Float32Array.from(
    { length: times * value.data.length },
    (_, i) => value.data[i % value.data.length] ?? NaN,
  )
  const rest = shape.slice(1).map(Number)
  return { data, shape: [data.length / rest.reduce((a, b) => a * b, 1), ...rest] }
}

/** Runs a graph whole and in three, and compares. */
async function expectSame(result: Tensor, constants: Record<string, Float32Array>): Promise<void> {
  const expected = (await run({ result }, wholeInputs(), constants))['result']
  const split = partition({ result }, inputs)
  const made = {
    item: await run(split.item, sideInputs('item', rowCount), constants),
    request: await run(split.request, sideInputs('request', 1), constants),
  }
  const feeds = { ...sideInputs('pair', rowCount) }
  for (const boundary of split.boundaries) {
    const value = made[boundary.side][boundary.name]
    expect(value?.data.length).toBe(boundary.width * (boundary.side === 'item' ? rowCount : 1))
    if (value) feeds[boundary.name] = fed(boundary, value)
  }
  const got = (await run(split.pair, feeds, constants))['result']
  expect(got?.shape).toEqual(expected?.shape)
  const scale = Math.max(1, ...Array.from(expected?.data ?? [], Math.abs))
  for (const [i, value] of [...(expected?.data ?? [])].entries())
    expect(Math.abs((got?.data[i] ?? NaN) - value) / scale).toBeLessThan(1e-5)
}

/** A graph of random operations over the inputs: matrices `[batch, n]`, with a detour through three axes now and then. */
function randomGraph(seed: number): { result: Tensor; constants: Record<string, Float32Array> } {
  const graph = new Graph()
  const constants: Record<string, Float32Array> = {}
  let drawn = 0
  const draw = (below: number): number => randomInteger(randomKey(seed), drawn++, below)
  const parameter = (...shape: number[]): Tensor => {
    const name = `p${String(Object.keys(constants).length)}`
    const length = shape.reduce((a, b) => a * b, 1)
    constants[name] = Float32Array.from({ length }, (_, i) => number(`${name} ${String(seed)}`)(i))
    return graph.input(name, shape)
  }
  const pool = [graph.input('x', ['batch', width]), graph.input('y', ['batch', 8]), graph.input('z', ['batch', 3])]
  const any = (): Tensor => pool[draw(pool.length)] ?? graph.constant(0)
  const size = (t: Tensor): number => Number(t.shape[1])
  const to = (t: Tensor, n: number): Tensor => (size(t) === n ? t : o.matmul(t, parameter(size(t), n)))
  const cube = (t: Tensor): Tensor => o.reshape(to(t, 6), ['batch', 2, 3])
  const flat = (t: Tensor): Tensor => o.reshape(t, ['batch', 6])
  const steps: (() => Tensor)[] = [
    () => o.matmul(any(), parameter(0, 0)),
    () => o.relu(any()),
    () => o.square(any()),
    () => o.negate(any()),
    () => o.softmax(any()),
    () => o.concat([any(), any(), any()], 1),
    () => o.sum(any(), [1], true),
    () => o.expandLike(o.sum(any(), [1], true), any()),
    () => flat(o.transpose(o.reshape(o.transpose(cube(any()), [0, 2, 1]), ['batch', 3, 2]), [0, 2, 1])),
    () => flat(o.reshape(o.matmul(o.reshape(cube(any()), ['batch·2', 3]), parameter(3, 3)), ['batch', 2, 3])),
    () => o.sum(o.multiply(cube(any()), cube(any())), [2]),
    () => o.reshape(o.matmul(cube(any()), cube(any()), { transposeB: true }), ['batch', 4]),
    () => o.where(o.slice(any(), 1, 0, 1), o.sum(any(), [1], true), o.sum(any(), [1], true)),
    () => o.mean(any(), [1], true),
    ...[o.add, o.subtract, o.multiply, o.maximum].map((f) => () => {
      const [a, b] = [any(), any()]
      return f(a, [parameter(size(a)), to(b, size(a)), o.sum(b, [1], true)][draw(3)] ?? b)
    }),
    () => {
      const t = any()
      return o.linear(t, parameter(size(t), 4), parameter(4))
    },
    () => {
      const t = any()
      const start = draw(size(t))
      return o.slice(t, 1, start, start + 1 + draw(size(t) - start))
    },
    () => {
      const t = any()
      return o.divide(t, o.add(o.square(parameter(size(t))), graph.constant(1)))
    },
  ]
  steps[0] = () => to(any(), 5)
  for (let step = 0; step < 12; step++) {
    const next = steps[draw(steps.length)]?.()
    if (next && size(next) <= 40) pool.push(next)
  }
  return { result: o.concat(pool.slice(3).length > 0 ? pool.slice(3) : pool, 1), constants }
}

describe('a graph in three', () => {
  it('is the same function, whatever the operations', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const { result, constants } = randomGraph(seed)
      await expectSame(result, constants).catch((error: unknown) => {
        throw new Error(`seed ${String(seed)}`, { cause: error })
      })
    }
  })

  it('keeps what is linear apart, and what follows a bend with the pair', () => {
    const graph = new Graph()
    const x = graph.input('y', ['batch', 8])
    const hidden = o.relu(o.linear(x, graph.input('w', [8, 16]), graph.input('b', [16])))
    const result = o.matmul(hidden, graph.input('v', [16, 2]))
    const { multiplications, boundaries } = partition({ result }, inputs)
    expect(multiplications).toEqual({ plain: 8 * 16 + 32, item: 4 * 16, request: 4 * 16, pair: 32 })
    expect(boundaries.map(({ side, width: own, shape }) => [side, own, ...shape])).toEqual([
      ['item', 16, 'batch', 16],
      ['request', 16, 1, 16],
    ])
  })
})

describe('the constants of a model', () => {
  it('are read back as they were written', () => {
    const graph = new Graph()
    const result = o.add(graph.input('x', ['batch', 3]), graph.input('some/name', [3]))
    const own = Float32Array.of(1.5, -2, 1e-30)
    const model = writeOnnx({ outputs: { result }, precision: 'float32', constants: { 'some/name': own } })
    expect(readConstants(model)).toEqual({ 'some/name': own })
    expect(readConstants(Buffer.from(model))).toEqual({ 'some/name': own })
  })
})
