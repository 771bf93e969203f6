/**
 * What the first layer costs once for each distinct id of a batch, and once for each example:
 *
 *   node bench/distinct-ids.js [<workload>] [--rows n] [--turns n]
 *
 * A column's way around the big products, by the engine's own kernels, for its D distinct ids: P = E·W (D rows), a row of P added to each example's; S, the
 * sums of the layer's gradient by id, dW = Eᵀ·S and dE = S·Wᵀ. Beside it the three products of the layer by ONNX Runtime, with all columns and without those of the
 * subset, one thread each, turn by turn, by the time of the processor. Rows: those of a part of a step, half a batch. The last table is what the choice of columns
 * goes by (src/training/columns-apart.ts).
 */
import { parseArgs } from 'node:util'
import { Graph, createOnnxRuntimeExecutor, operations, writeOnnx } from '../dist/graph/index.js'
import { createTableMemories } from '../dist/tables/index.js'
import { median } from './statistics.js'
import { readIds } from './training/row-files.js'
import { openWorkload, workloads } from './training/workloads.js'

const { values, positionals } = parseArgs({
  options: { rows: { type: 'string' }, turns: { type: 'string', default: '15' } },
  allowPositionals: true,
})

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

const memory = createTableMemories().home
const { kernels } = memory
/** Room for so many floats. */
const reserve = (floats) => memory.allocate(4 * floats)

/** The way around the big products of some columns: what is done for their ids, and for the examples. */
function openSubset(subset) {
  const ids = subset.reduce((sum, { distinct }) => sum + distinct, 0)
  const [e, de] = [reserve(ids * K), reserve(ids * K)]
  const [w, dw] = [reserve(K * outputs * subset.length), reserve(K * outputs * subset.length)]
  const [h, area, bias] = [reserve(rows * outputs), reserve(ids * outputs), reserve(outputs)]
  const places = reserve(rows * subset.length)
  const table = memory.int32(places, rows * subset.length)
  let first = 0
  const of = subset.map((column, index) => {
    for (let row = 0; row < rows; row++)
      table[row * subset.length + index] = area + 4 * outputs * (first + column.places[row])
    const at = first
    first += column.distinct
    const weights = 4 * K * outputs * index
    return {
      own: e + 4 * K * at,
      count: column.distinct,
      rows: area + 4 * outputs * at,
      de: de + 4 * K * at,
      w: w + weights,
      dw: dw + weights,
    }
  })
  return {
    ofIds() {
      for (const { own, count, rows: p, w: weights } of of)
        kernels.multiplyRows(own, K, 1, count, K, weights, outputs, p)
      memory.float32(area, ids * outputs).fill(0)
      for (const { own, count, rows: sums, w: weights, dw: target, de: gradients } of of) {
        kernels.multiplyRows(own, 1, K, K, count, sums, outputs, target)
        kernels.rowGradientsOfIds(sums, count, K, weights, outputs, gradients)
      }
    },
    ofExamples() {
      kernels.addRowsOfIds(places, rows, subset.length, bias, outputs, h)
      kernels.sumRowsOfIds(places, rows, subset.length, h, outputs)
    },
  }
}

/** All of the way as one side. */
function wayOf(subset) {
  const { ofIds, ofExamples } = openSubset(subset)
  return () => {
    ofExamples()
    ofIds()
  }
}

const inputs = K * columns.length + numberCount
const whole = await openProducts(rows, inputs, outputs)
console.log(`${workload.name}, ${String(rows)} rows, first layer ${String(inputs)} × ${String(outputs)}`)
const all = await inTurns([whole, ...columns.map((column) => wayOf([column]))])
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
  const way = wayOf(subset)
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

const few = columns.slice(0, 16)
const { ofIds, ofExamples } = openSubset(few)
const [products, ids, examples] = await inTurns([whole, ofIds, ofExamples])
const floatOfExample = products / (rows * inputs)
const distinct = few.reduce((sum, column) => sum + column.distinct, 0)
console.log(`in floats of an example's input, each ${(1e6 * floatOfExample).toFixed(1)} ns`)
console.table({
  floatOfId: (ids / (distinct * K) / floatOfExample).toFixed(2),
  columnOfExample: (examples / (rows * few.length) / floatOfExample).toFixed(2),
})
