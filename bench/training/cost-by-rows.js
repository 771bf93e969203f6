/** What an example costs with tables of different sizes, and what the memory of its rows has of that. */
import { inBlocks, median } from '../statistics.js'
import { steps } from './cost-by-examples.js'
import { costOf } from './cost.js'
import { openDrawers } from './drawn-rows.js'
import { columnsOf } from './generated-rows.js'
import { openEngine } from './engine.js'
import { visitRows } from './visit-rows.js'

const batchesOfBlock = 25

/**
 * All sizes take turns. `points`: for each of `rowCounts` the rows that the columns' tables really have, processor time for an example in microseconds
 * (`zipf`, `uniform`, and `…Rows` of visiting the rows alone), and `…Distinct`, ids of an example that no example before it in the batch has.
 */
export async function costByRows(workload, { rowCounts, seconds, calibrate, say }) {
  const opened = []
  try {
    for (const rowCount of rowCounts) {
      say(`tables of ${rowCount} rows …`)
      opened.push(await openSize(scaled(workload, rowCount)))
    }
    const sides = {}
    for (const { tableRows, runs } of opened)
      for (const [name, run] of Object.entries(runs)) sides[`${name} ${tableRows}`] = run
    for (const run of Object.values(sides)) await run()
    const { blocks, ...counts } = await inBlocks(sides, { seconds, calibrate })
    const costOfSide = (name) => median(blocks[name].map((block) => block.processorMicroseconds))
    const points = opened.map(({ tableRows, runs, distinct }) => ({
      tableRows,
      ...Object.fromEntries(Object.keys(runs).map((name) => [name, costOfSide(`${name} ${tableRows}`)])),
      ...distinct,
    }))
    return { points, ...counts }
  } finally {
    await Promise.all(opened.map(({ close }) => close()))
  }
}

/** The workload with its columns' cardinalities scaled to so many in all. Crosses keep their buckets. */
function scaled(workload, rowCount) {
  const { columns } = workload.source
  const factor = rowCount / Object.values(columns).reduce((sum, count) => sum + count, 0)
  const ofColumn = ([name, count]) => [name, Math.max(3, Math.round(factor * count))]
  return {
    ...workload,
    source: { ...workload.source, columns: Object.fromEntries(Object.entries(columns).map(ofColumn)) },
  }
}

async function openSize({ source, ...workload }) {
  const { batchSize, threads } = workload
  const columns = columnsOf(source)
  const engine = await openEngine({ ...workload, columns, numberCount: source.numbers, settings: {} })
  const rowsOfBlock = batchesOfBlock * batchSize
  const [runs, distinct] = [{}, {}]
  for (const [name, zipfExponent] of Object.entries({ zipf: source.zipfExponent, uniform: 0 })) {
    const drawers = openDrawers({ ...source, zipfExponent }, threads)
    const drawn = await drawers.draw('rows', 0, rowsOfBlock, threads)
    await drawers.close()
    let turn = 0
    const next = () => drawn[turn++ % drawn.length]
    runs[name] = () => costOf(rowsOfBlock, () => steps(engine, next(), batchSize))
    runs[`${name}Rows`] = () => costOf(rowsOfBlock, () => visitRows(engine, next(), batchSize))
    distinct[`${name}Distinct`] = distinctIds(drawn[0], batchSize)
  }
  const tableRows = columns.reduce((sum, column) => sum + (column.isCross ? 0 : column.rowCount), 0)
  return { tableRows, runs, distinct, close: () => engine.close() }
}

/** Distinct ids of the columns in the first batch, for each of its examples. */
const distinctIds = ({ ids }, batchSize) =>
  Object.values(ids).reduce((sum, of) => sum + new Set(of.subarray(0, batchSize)).size, 0) / batchSize
