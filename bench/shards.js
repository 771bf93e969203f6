// What it costs that tables lie in other memories than the batch: lookups of the same batches, turn by turn.
// node bench/shards.js [--batch n] [--turns n] [--json]
import { parseArgs } from 'node:util'
import { randomInteger, randomUniform } from '../dist/base/index.js'
import { createShardedLookup, createShardedTable, createTableMemories, resolveOptimizer } from '../dist/tables/index.js'
import { median } from './statistics.js'

const options = { batch: { type: 'string' }, turns: { type: 'string' }, json: { type: 'boolean' } }
const { values } = parseArgs({ options })
const [rowCount, turns] = [Number(values.batch ?? 4096), Number(values.turns ?? 15)]

/** 26 columns of 16 floats over two million rows, as `criteo-shape`; six lists of 20 over half a million; 26 wide weights. */
const workloads = {
  embeddings: { columns: 26, dimension: 16, rows: 77_000, perRow: 1 },
  'wide weights': { columns: 26, dimension: 1, rows: 77_000, perRow: 1 },
  lists: { columns: 6, dimension: 16, rows: 83_000, perRow: 20 },
}

/** Ids of which few are frequent, as in a log: uniform in their logarithm. */
function batchOf(seed, { columns, rows, perRow }) {
  const ids = Object.fromEntries(
    Array.from({ length: columns }, (_, column) => {
      const draw = (i) => Math.floor(rows ** randomUniform(100 * seed + column, i)) - 1
      const offsets = perRow === 1 ? null : Int32Array.from({ length: rowCount + 1 }, (_, row) => row * perRow)
      return [
        String(column),
        { ids: Int32Array.from({ length: rowCount * perRow }, (_, i) => draw(i)), offsets, weights: null },
      ]
    }),
  )
  return { rowCount, ids }
}

function sideOf({ columns, dimension, rows }, memories) {
  const optimizer = resolveOptimizer({ name: 'adagrad' })
  const parts = Array.from({ length: columns }, (_, column) => {
    const table = createShardedTable(memories, { name: String(column), rowCount: rows, dimension, optimizer })
    table.initialize({ key: column, standardDeviation: 0.01, distribution: 'normal' })
    return { table, column: String(column), offset: column * dimension, combiner: 'sum' }
  })
  const lookup = createShardedLookup(memories.home, { width: columns * dimension, parts })
  const milliseconds = { read: [], update: [] }
  const timed = (name, work) => {
    const start = performance.now()
    work()
    milliseconds[name].push(performance.now() - start)
  }
  return {
    milliseconds,
    turn(batch, stepNumber) {
      timed('read', () => lookup.forward(batch))
      lookup.gradient().fill(1e-3)
      timed('update', () => lookup.backward({ learningRateScale: 1, stepNumber }))
    },
  }
}

/** Memories whose home is full. */
function otherMemories() {
  const memories = createTableMemories()
  memories.divide(7, 2 ** 29)
  return memories
}

const results = Object.entries(workloads).map(([name, workload]) => {
  const sides = { one: sideOf(workload, createTableMemories()), others: sideOf(workload, otherMemories()) }
  const batches = Array.from({ length: 4 }, (_, seed) => batchOf(seed, workload))
  for (let turn = 0; turn < turns; turn++) {
    const order = randomInteger(1, turn, 2) === 0 ? ['one', 'others'] : ['others', 'one']
    for (const side of order) sides[side].turn(batches[turn % batches.length], turn + 1)
  }
  // The first turns grow buffers and compile.
  const middle = (side, phase) => median(sides[side].milliseconds[phase].slice(4))
  const phase = (one) => ({ one: middle('one', one), others: middle('others', one) })
  return { name, ids: workload.columns * workload.perRow * rowCount, read: phase('read'), update: phase('update') }
})

if (values.json) console.log(JSON.stringify(results))
else {
  for (const { name, ids, read, update } of results) {
    const cost = ({ one, others }) => {
      const nanoseconds = String(Math.round((1e6 * (others - one)) / ids))
      return `${one.toFixed(2)} ms in one, ${others.toFixed(2)} ms in others (+${nanoseconds} ns an id)`
    }
    console.log(`${name}: ${String(ids)} ids a batch; read ${cost(read)}; update ${cost(update)}`)
  }
}
