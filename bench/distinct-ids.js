/**
 * What the first layer costs once for each distinct id of a batch, and once for each example:
 *
 *   node bench/distinct-ids.js [<workload>] [--rows n] [--turns n] [--executor onnxruntime|onednn]
 *
 * A column's way around the big products, as a step takes it, for its D distinct ids: P = E·W (D rows), a row of P added to each example's; S, the
 * sums of the layer's gradient by id, dW = Eᵀ·S and dE = S·Wᵀ. Beside it the three products of the layer with all columns and without those of the
 * subset, one thread each, turn by turn, by the time of the processor. Rows: those of a part of a step, half a batch. The last table is what the choice of columns
 * goes by (src/training/columns-apart.ts).
 */
import { parseArgs } from 'node:util'
import { Graph, openExecutor, operations } from '../dist/graph/index.js'
import {
  createShardedTable,
  createTableMemories,
  idProducts,
  resolveOptimizer,
  wholeShare,
} from '../dist/tables/index.js'
import { executorProducts } from '../dist/training/executor-products.js'
import { median } from './statistics.js'
import { readIds } from './training/row-files.js'
import { openWorkload, workloads } from './training/workloads.js'

const { values, positionals } = parseArgs({
  options: {
    rows: { type: 'string' },
    turns: { type: 'string', default: '15' },
    executor: { type: 'string', default: 'onednn' },
  },
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

const executor = await openExecutor({ executor: values.executor, precision: 'float32' })
if ('reason' in executor) throw new Error(executor.reason)
const memories = createTableMemories()
const { home } = memories

/** Memory of the tables with so many numbers. */
const filled = (floats) => home.float32(home.allocate(4 * floats), floats).fill(0.01)

/** The layer's three products as one graph: x·W, xᵀ·dh, dh·Wᵀ. */
async function openProducts(rows, inputs, outputs) {
  const graph = new Graph()
  const shapes = { x: [rows, inputs], w: [inputs, outputs], dh: [rows, outputs] }
  const [x, w, dh] = Object.entries(shapes).map(([name, shape]) => graph.input(name, shape))
  const program = executor.write({
    h: operations.matmul(x, w),
    dw: operations.matmul(x, dh, { transposeA: true }),
    dx: operations.matmul(dh, w, { transposeB: true }),
  })
  const compiled = await executor.compile(program, { threads: 1 })
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { data: filled(shape[0] * shape[1]), shape }]),
  )
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
    // Numbered anew, so that a table has no more rows than there are ids.
    const slots = new Map()
    const ids = readIds(workload.directory, name, rows).map((id) => slots.get(id) ?? slots.set(id, slots.size).size - 1)
    return { name, ids: Int32Array.from(ids), distinct: slots.size }
  })
  .sort((a, b) => a.distinct - b.distinct)

const weights = filled(K * columns.length * outputs)
const gradient = filled(K * columns.length * outputs)
const sums = filled(rows * outputs)
const ofLayer = filled(rows * outputs)
const optimizer = resolveOptimizer({ name: 'sgd' })

/** The way around the big products of some columns, `{ name, ids, distinct }`. */
function wayOf(subset) {
  const tables = subset.map(({ name, distinct }) =>
    createShardedTable(memories, { name, rowCount: distinct, dimension: K, optimizer }),
  )
  const places = subset.map(({ name, distinct }, index) =>
    idProducts.placeIdColumn(
      home,
      { column: name, table: name, weightRow: K * index, idCount: distinct, dimension: K },
      1,
    ),
  )
  const products = idProducts.createIdProducts(home, {
    columns: places,
    tables: new Map(subset.map(({ name }, index) => [name, tables[index]])),
    layer: { outputs, weights: weights.byteOffset, bias: null, gradient: gradient.byteOffset },
    share: wholeShare,
    products: executorProducts(home, executor, 1) ?? undefined,
  })
  const batch = {
    rowCount: rows,
    ids: Object.fromEntries(subset.map(({ name, ids }) => [name, { ids, offsets: null, weights: null }])),
  }
  return () => {
    products.forward(batch, { first: 0, count: rows }, sums.byteOffset)
    products.differentiate(ofLayer.byteOffset)
  }
}

const inputs = K * columns.length + numberCount
const whole = await openProducts(rows, inputs, outputs)
console.log(
  `${workload.name} on ${executor.name}, ${String(rows)} rows, first layer ${String(inputs)} × ${String(outputs)}`,
)
const table = []
for (const count of [4, 8, 12, 16, 18, 20, 22, 26, 30, 34].filter((one) => one <= columns.length)) {
  const subset = columns.slice(0, count)
  const rest = await openProducts(rows, inputs - K * count, outputs)
  const [before, after, around] = await inTurns([whole, rest, wayOf(subset)])
  table.push({
    columns: count,
    'most distinct ids': subset.at(-1).distinct,
    'of the rows': `${((100 * subset.at(-1).distinct) / rows).toFixed(1)} %`,
    'ms before': before.toFixed(2),
    'ms after': `${after.toFixed(2)} + ${around.toFixed(2)}`,
    'ms saved a part': (before - after - around).toFixed(2),
  })
}
console.table(table)

/** As many columns whose examples all have one id, and whose every example has its own. */
const columnsOf = (idOfRow) =>
  columns.map(({ name }) => {
    const ids = Int32Array.from({ length: rows }, (_, row) => idOfRow(row))
    return { name, ids, distinct: new Set(ids).size }
  })
const [products, alike, different] = await inTurns([whole, wayOf(columnsOf(() => 0)), wayOf(columnsOf((row) => row))])
const floatOfExample = products / (rows * inputs)
console.log(`in floats of an example's input, each ${(1e6 * floatOfExample).toFixed(1)} ns`)
console.table({
  floatOfId: ((different - alike) / (rows * columns.length * K) / floatOfExample).toFixed(2),
  columnOfExample: (alike / (rows * columns.length) / floatOfExample).toFixed(2),
})
