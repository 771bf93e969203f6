/**
 * What the first layer would cost if it were evaluated once per distinct id of a batch:
 *
 *   node bench/distinct-ids.js [<workload>] [--rows n] [--turns n]
 *
 * A column's way around the big products, for its D distinct ids: P = E·W (D rows), a row of P added to each example's; S, the sums of the layer's
 * gradient by id, dW = Eᵀ·S and dE = S·Wᵀ. Beside it the three products of the layer by ONNX Runtime, with all columns and without those of the subset,
 * one thread each, turn by turn, by the time of the processor. Rows: those of a part of a step, half a batch.
 */
import { parseArgs } from 'node:util'
import asc from 'assemblyscript/asc'
import { Graph, createOnnxRuntimeExecutor, operations, writeOnnx } from '../dist/graph/index.js'
import { median } from './statistics.js'
import { readIds } from './training/row-files.js'
import { openWorkload, workloads } from './training/workloads.js'

const { values, positionals } = parseArgs({
  options: { rows: { type: 'string' }, turns: { type: 'string', default: '15' } },
  allowPositionals: true,
})

/** Matrices are row-major floats; `W` of the layer is K × outputs, K the width of an embedding, outputs a multiple of 16. */
const kernels = `
export function products(e: usize, w: usize, p: usize, ids: i32, K: i32, outputs: i32): void {
  const stride = <usize>outputs << 2
  for (let id: i32 = 0; id < ids; id++) {
    for (let at: usize = 0; at < stride; at += 64) {
      let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0)
      for (let k: i32 = 0; k < K; k++) {
        const x = v128.load32_splat(e + (<usize>(id * K + k) << 2))
        const row = w + <usize>k * stride + at
        a = f32x4.add(a, f32x4.mul(x, v128.load(row)))
        b = f32x4.add(b, f32x4.mul(x, v128.load(row, 16)))
        c = f32x4.add(c, f32x4.mul(x, v128.load(row, 32)))
        d = f32x4.add(d, f32x4.mul(x, v128.load(row, 48)))
      }
      const target = p + <usize>id * stride + at
      v128.store(target, a); v128.store(target, b, 16); v128.store(target, c, 32); v128.store(target, d, 48)
    }
  }
}

export function gatherAdd(h: usize, places: usize, rows: i32, columns: i32, outputs: i32): void {
  const stride = <usize>outputs << 2
  for (let row: i32 = 0; row < rows; row++) {
    const own = places + (<usize>(row * columns) << 2)
    const target = h + <usize>row * stride
    for (let at: usize = 0; at < stride; at += 64) {
      let a = v128.load(target + at), b = v128.load(target + at, 16), c = v128.load(target + at, 32), d = v128.load(target + at, 48)
      for (let column: i32 = 0; column < columns; column++) {
        const source = <usize>load<u32>(own + (<usize>column << 2)) + at
        a = f32x4.add(a, v128.load(source)); b = f32x4.add(b, v128.load(source, 16))
        c = f32x4.add(c, v128.load(source, 32)); d = f32x4.add(d, v128.load(source, 48))
      }
      v128.store(target + at, a); v128.store(target + at, b, 16); v128.store(target + at, c, 32); v128.store(target + at, d, 48)
    }
  }
}

export function sumById(dh: usize, places: usize, rows: i32, columns: i32, outputs: i32, offset: usize): void {
  const stride = <usize>outputs << 2
  for (let row: i32 = 0; row < rows; row++) {
    const own = places + (<usize>(row * columns) << 2)
    const source = dh + <usize>row * stride
    for (let at: usize = 0; at < stride; at += 64) {
      const a = v128.load(source + at), b = v128.load(source + at, 16), c = v128.load(source + at, 32), d = v128.load(source + at, 48)
      for (let column: i32 = 0; column < columns; column++) {
        const target = <usize>load<u32>(own + (<usize>column << 2)) + offset + at
        v128.store(target, f32x4.add(v128.load(target), a)); v128.store(target, f32x4.add(v128.load(target, 16), b), 16)
        v128.store(target, f32x4.add(v128.load(target, 32), c), 32); v128.store(target, f32x4.add(v128.load(target, 48), d), 48)
      }
    }
  }
}

export function gradients(e: usize, w: usize, s: usize, de: usize, dw: usize, ids: i32, K: i32, outputs: i32): void {
  const stride = <usize>outputs << 2
  for (let id: i32 = 0; id < ids; id++) {
    const own = s + <usize>id * stride
    for (let k: i32 = 0; k < K; k++) {
      const x = v128.load32_splat(e + (<usize>(id * K + k) << 2))
      const row = w + <usize>k * stride
      const target = dw + <usize>k * stride
      let sum = f32x4.splat(0)
      for (let at: usize = 0; at < stride; at += 16) {
        const g = v128.load(own + at)
        sum = f32x4.add(sum, f32x4.mul(g, v128.load(row + at)))
        v128.store(target + at, f32x4.add(v128.load(target + at), f32x4.mul(g, x)))
      }
      const total = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)
      store<f32>(de + (<usize>(id * K + k) << 2), total)
    }
  }
}
`

async function compileKernels(memory) {
  const options = {
    optimizeLevel: 3,
    noAssert: true,
    runtime: 'stub',
    use: 'abort=',
    enable: ['simd'],
    importMemory: true,
  }
  const { error, binary, stderr } = await asc.compileString(kernels, options)
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`)
  return new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } }).exports
}

/** Processor milliseconds of each side, the median over turns. */
async function inTurns(sides) {
  const times = sides.map(() => [])
  for (let turn = -2; turn < Number(values.turns); turn++) {
    for (const [index, work] of sides.entries()) {
      const before = process.cpuUsage()
      await work()
      const { user, system } = process.cpuUsage(before)
      if (turn >= 0) times[index].push((user + system) / 1000)
    }
  }
  return times.map(median)
}

/** The layer's three products as one graph: x·W, xᵀ·dh, dh·Wᵀ. */
async function openProducts(rows, inputs, outputs) {
  const graph = new Graph()
  const [x, w, dh] = [
    graph.input('x', [rows, inputs]),
    graph.input('w', [inputs, outputs]),
    graph.input('dh', [rows, outputs]),
  ]
  const model = writeOnnx({
    outputs: {
      h: operations.matmul(x, w),
      dw: operations.matmul(x, dh, { transposeA: true }),
      dx: operations.matmul(dh, w, { transposeB: true }),
    },
    precision: 'float32',
  })
  const compiled = await createOnnxRuntimeExecutor().compile(model, { threads: 1 })
  const filled = (shape) => ({ data: new Float32Array(shape[0] * shape[1]).fill(0.01), shape })
  const feeds = { x: filled(x.shape), w: filled(w.shape), dh: filled(dh.shape) }
  return () => compiled.run(feeds)
}

const workload = openWorkload(workloads.find(({ name }) => name === (positionals[0] ?? 'criteo-shape')))
const { batchSize, model, numberCount } = workload
const K = model.deep.embedding
const outputs = model.deep.hidden[0]
const rows = Number(values.rows ?? batchSize / 2)
const columns = workload.columns
  .filter(({ isCross, length }) => !isCross && length === 1)
  .map(({ name }) => {
    const slots = new Map()
    const places = readIds(workload.directory, name, rows).map(
      (id) => slots.get(id) ?? slots.set(id, slots.size).size - 1,
    )
    return { name, places, distinct: slots.size }
  })
  .sort((a, b) => a.distinct - b.distinct)

const memory = new WebAssembly.Memory({ initial: 8000, maximum: 65536 })
const kernel = await compileKernels(memory)

let next = 65536
/** Room for so many floats, from a cache line on. */
function reserve(floats) {
  const place = next
  next += Math.ceil(floats / 16) * 64
  return place
}

/** The way around the big products of some columns. */
function openSubset(subset) {
  const ids = subset.reduce((sum, { distinct }) => sum + distinct, 0)
  const [e, de, w, dw] = [ids * K, ids * K, K * outputs * subset.length, K * outputs * subset.length].map((floats) =>
    reserve(floats),
  )
  const [h, p, s, places] = [rows * outputs, ids * outputs, ids * outputs, rows * subset.length].map((floats) =>
    reserve(floats),
  )
  const table = new Uint32Array(memory.buffer, places, rows * subset.length)
  let first = 0
  const of = subset.map((column, index) => {
    for (let row = 0; row < rows; row++)
      table[row * subset.length + index] = p + 4 * outputs * (first + column.places[row])
    const at = first
    first += column.distinct
    return { at, count: column.distinct, w: w + 4 * K * outputs * index, dw: dw + 4 * K * outputs * index }
  })
  return () => {
    for (const one of of) kernel.products(e + 4 * K * one.at, one.w, p + 4 * outputs * one.at, one.count, K, outputs)
    kernel.gatherAdd(h, places, rows, subset.length, outputs)
    new Uint8Array(memory.buffer, s, 4 * ids * outputs).fill(0)
    kernel.sumById(h, places, rows, subset.length, outputs, s - p)
    for (const { at, count, w: weights, dw: target } of of)
      kernel.gradients(e + 4 * K * at, weights, s + 4 * outputs * at, de + 4 * K * at, target, count, K, outputs)
  }
}

const inputs = K * columns.length + numberCount
const whole = await openProducts(rows, inputs, outputs)
console.log(`${workload.name}, ${String(rows)} rows, first layer ${String(inputs)} × ${String(outputs)}`)
const all = await inTurns([whole, ...columns.map((column) => openSubset([column]))])
console.table(
  columns.map(({ name, distinct }, index) => ({
    column: name,
    'distinct ids': distinct,
    'of the rows': `${((100 * distinct) / rows).toFixed(1)} %`,
    'operations saved': `${(((rows - distinct) * K * outputs * 6) / 1e6).toFixed(0)} M`,
    'ms once per id': all[index + 1].toFixed(2),
    'ms in the products': ((all[0] * K) / inputs).toFixed(2),
  })),
)
const table = []
for (const count of [4, 8, 12, 16, 18, 20, 22].filter((one) => one <= columns.length)) {
  const subset = columns.slice(0, count)
  const rest = await openProducts(rows, inputs - K * count, outputs)
  const way = openSubset(subset)
  const [before, after, around] = await inTurns([whole, rest, way])
  table.push({
    columns: count,
    'most distinct ids': subset.at(-1).distinct,
    'ms before': before.toFixed(2),
    'ms after': `${after.toFixed(2)} + ${around.toFixed(2)}`,
    'ms saved a part': (before - after - around).toFixed(2),
  })
}
console.table(table)
