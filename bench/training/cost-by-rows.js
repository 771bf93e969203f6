/** What an example costs with tables of different sizes, and what the memory of its rows has of that. */
import { inBlocks, median } from '../statistics.js'
import { steps } from './cost-by-examples.js'
import { costOf } from './cost.js'
import { openDrawers } from './drawn-rows.js'
import { columnsOf } from './generated-rows.js'
import { openEngine } from './engine.js'
import { visitRows } from './visit-rows.js'

const batchesOfBlock = 25

/** `points`: for each of `rowCounts` the rows that the columns' tables really have, and processor time for an example in microseconds. */
export async function costByRows(workload, { rowCounts, seconds, calibrate, say }) {
  const points = []
  for (const rowCount of rowCounts) {
    points.push(await costWith(scaled(workload, rowCount), { seconds, calibrate }))
    const { tableRows, zipf, uniform } = points.at(-1)
    say(`${tableRows} rows: ${zipf.toFixed(1)} µs an example by Zipf's law, ${uniform.toFixed(1)} µs uniform`)
  }
  return { points }
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

async function costWith({ source, ...workload }, { seconds, calibrate }) {
  const { batchSize, threads } = workload
  const columns = columnsOf(source)
  const engine = await openEngine({ ...workload, columns, numberCount: source.numbers, settings: {} })
  try {
    const rowsOfBlock = batchesOfBlock * batchSize
    const draw = async (zipfExponent) => {
      const drawers = openDrawers({ ...source, zipfExponent }, threads)
      const drawn = await drawers.draw('rows', 0, rowsOfBlock, threads)
      await drawers.close()
      return drawn
    }
    const sides = {}
    for (const [name, exponent] of Object.entries({ zipf: source.zipfExponent, uniform: 0 })) {
      const drawn = await draw(exponent)
      let turn = 0
      const next = () => drawn[turn++ % drawn.length]
      sides[name] = () => costOf(rowsOfBlock, () => steps(engine, next(), batchSize))
      sides[`${name}Rows`] = () => costOf(rowsOfBlock, () => visitRows(engine, next(), batchSize))
    }
    for (const side of Object.values(sides)) await side()
    const { blocks, discarded } = await inBlocks(sides, { seconds, calibrate })
    const costs = Object.entries(blocks).map(([name, of]) => [name, median(of.map((at) => at.processorMicroseconds))])
    const tableRows = columns.reduce((sum, column) => sum + (column.isCross ? 0 : column.rowCount), 0)
    return { tableRows, ...Object.fromEntries(costs), discarded }
  } finally {
    await engine.close()
  }
}
