/** Batches of a split: shuffled by a permutation that seed and epoch decide, whatever was read before. */
import { permutation, randomKey } from '../base/index.js'
import type { EncodedBatch } from '../features/index.js'
import type { EncodedDataset } from './encoded-dataset.js'
import type { RowRange } from './memory-block.js'
import { gatherRows, sliceRows } from './memory-block.js'

export interface BatchOptions {
  readonly batchSize: number
  readonly seed: number
  readonly epoch: number
  readonly shuffle: boolean
  /** Batches to leave out: the rest is the same as after reading them. Default 0. */
  readonly firstBatch?: number
}

export type Batch = EncodedBatch & {
  /** The batch's first place in the epoch's order: `firstBatch × batchSize` and so on. */
  readonly firstRow: number
  /** Where each row stands in its split. */
  readonly rows: Uint32Array
}

/** Rows read together from disk when the split does not fit in memory, at least. */
const blockRows = 65_536

/**
 * The batches of one epoch; only the last is short. A split that fits its memory budget is shuffled as a whole; of a larger one the
 * blocks are shuffled, and the rows within as many blocks as fit half the budget, while the next ones are read.
 */
export async function* createBatches(dataset: EncodedDataset, options: BatchOptions): AsyncGenerator<Batch> {
  const { batchSize, seed, epoch, shuffle } = options
  const groups = await groupRows(dataset, options)
  const firstRow = (options.firstBatch ?? 0) * batchSize
  let start = 0
  let next = 0
  // Groups before the first batch are counted, never read.
  while (next < groups.length && start + groupCount(groups[next]) <= firstRow) start += groupCount(groups[next++])
  let reading = readGroup(dataset, groups[next])
  for (; next < groups.length; next++) {
    const block = await reading
    const count = groupCount(groups[next])
    reading = readGroup(dataset, groups[next + 1])
    // A rejection is met when this group is awaited; until then nobody listens.
    reading.catch(() => undefined)
    const order = shuffle ? permutation(count, randomKey(seed, 'rows', epoch, next)) : null
    for (let at = Math.max(0, firstRow - start); at < count; at += batchSize) {
      const range = { first: at, count: Math.min(batchSize, count - at) }
      const own = order?.subarray(at, at + range.count) ?? Uint32Array.from({ length: range.count }, (_, i) => at + i)
      const batch = order ? gatherRows(block, own) : sliceRows(block, range)
      yield { ...batch, firstRow: start + at, rows: placesInSplit(groups[next] ?? [], own) }
    }
    start += count
  }
}

const groupCount = (group: readonly RowRange[] | undefined): number =>
  (group ?? []).reduce((sum, { count }) => sum + count, 0)

/** Places in a group's ranges, one after the other, as rows of the split. */
function placesInSplit(group: readonly RowRange[], places: Uint32Array): Uint32Array {
  const size = group[0]?.count ?? 1
  return places.map((place) => {
    // All ranges of a group are of one size; only the split's last may be shorter, and nothing follows it in its group's order.
    const range = group[Math.floor(place / size)]
    return (range?.first ?? 0) + (place % size)
  })
}

async function readGroup(dataset: EncodedDataset, group: readonly RowRange[] | undefined): Promise<EncodedBatch> {
  const all = await dataset.loaded()
  return all ?? dataset.readRanges(group ?? [])
}

/** Every group but the last has a whole number of batches, so that no batch spans two groups. */
async function groupRows(
  dataset: EncodedDataset,
  { batchSize, seed, epoch, shuffle }: BatchOptions,
): Promise<readonly RowRange[][]> {
  const { rowCount } = dataset
  if (rowCount === 0) return []
  if (await dataset.loaded()) return [[{ first: 0, count: rowCount }]]
  const size = batchSize * Math.ceil(blockRows / batchSize)
  const full = Math.floor(rowCount / size)
  const order = shuffle
    ? permutation(full, randomKey(seed, 'blocks', epoch))
    : Uint32Array.from({ length: full }, (_, index) => index)
  const blocks = Array.from(order, (block) => ({ first: block * size, count: size }))
  if (full * size < rowCount) blocks.push({ first: full * size, count: rowCount - full * size })
  const perGroup = Math.max(1, Math.floor(dataset.memoryBudget / 2 / (size * (await dataset.bytesPerRow()))))
  return Array.from({ length: Math.ceil(blocks.length / perGroup) }, (_, index) =>
    blocks.slice(index * perGroup, (index + 1) * perGroup),
  )
}
