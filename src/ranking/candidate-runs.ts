/** Candidates in runs of a graph: so many at once that what they pass through stays in a second-level cache. */
import type { Boundary } from '../graph/index.js'
import type { Candidates } from './pair-values.js'
import { pairRange } from './pair-values.js'

/** A second-level cache of today, and what a number takes of it. */
const [cacheBytes, floatBytes] = [2 ** 20, 4]
/** With fewer a run does little but begin; more gain nothing where rows are narrow, and a run is what a background load rests between. */
const [fewestRows, mostRows] = [32, 256]

/** Rows of one run: the parts of their items fit beside what the first operation makes of them. */
export function rowsPerRun(ofItem: readonly Pick<Boundary, 'width'>[]): number {
  const floats = ofItem.reduce((sum, { width }) => sum + width, 0)
  const rows = Math.floor(cacheBytes / (2 * floatBytes * Math.max(1, floats)))
  return Math.min(mostRows, Math.max(fewestRows, rows))
}

/** Candidates in as few runs of at most `most` as there can be, all nearly of one size, with the place of the first. */
export function* runsOf({ items, pairs }: Candidates, most: number): Generator<[number, Candidates]> {
  const count = Math.ceil(items.length / most)
  const startOf = (run: number): number => Math.floor((run * items.length) / count)
  for (let run = 0; run < count; run++) {
    const [first, end] = [startOf(run), startOf(run + 1)]
    yield [first, { items: items.subarray(first, end), pairs: pairRange(pairs, first, end) }]
  }
}
