/** What an example costs at each million of a long training. */
import { inBlocks, median } from '../statistics.js'
import { openDrawers } from './drawn-rows.js'
import { columnsOf } from './generated-rows.js'
import { openEngine } from './engine.js'
import { costOf } from './cost.js'

const batchesOfBlock = 25

/**
 * Trains on `millions` times `blocks` blocks that are drawn before they are timed, and seen once. `points`: `examples` seen up to there and
 * the cost of one within the last million, median of its blocks. `spread`, `processorSpread`: the dearest by the cheapest.
 */
export async function costByExamples(workload, { millions, blocks, calibrate, say }) {
  const { source, batchSize, threads } = workload
  const opened = { ...workload, columns: columnsOf(source), numberCount: source.numbers, settings: {} }
  const drawers = openDrawers(source, threads)
  const rowsOfBlock = batchesOfBlock * batchSize
  const warmUp = await drawers.draw('warm-up', 0, rowsOfBlock, 2)
  const engine = await openEngine(opened, warmUp[0])
  const train = (rows) => costOf(rowsOfBlock, () => steps(engine, rows, batchSize))
  try {
    // Compilers and caches settle on rows that are not counted.
    for (const rows of warmUp) await train(rows)
    const points = []
    for (let million = 0; million < millions; million++) {
      const drawn = await drawers.draw('growth', million * blocks * rowsOfBlock, rowsOfBlock, blocks)
      const { blocks: kept, discarded } = await inBlocks(
        { train: () => train(drawn.shift()) },
        { laps: blocks, calibrate },
      )
      points.push({
        examples: (million + 1) * blocks * rowsOfBlock,
        microseconds: median(kept.train.map((block) => block.microseconds)),
        processorMicroseconds: median(kept.train.map((block) => block.processorMicroseconds)),
        discarded,
      })
      say(`${points.at(-1).examples} examples: ${points.at(-1).microseconds.toFixed(1)} µs each`)
    }
    return {
      points,
      spread: spreadOf(points, 'microseconds'),
      processorSpread: spreadOf(points, 'processorMicroseconds'),
    }
  } finally {
    await Promise.all([engine.close(), drawers.close()])
  }
}

function spreadOf(points, key) {
  const costs = points.map((point) => point[key])
  return Math.max(...costs) / Math.min(...costs)
}

/** One pass over rows that fill their batches. */
export async function steps(engine, rows, batchSize) {
  for (let first = 0; first < rows.labels.length; first += batchSize) await engine.step(rows, first)
  await engine.settle()
}
