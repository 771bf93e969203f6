/**
 * Slices by how often training saw a pair of values: what memorisation lives on (seen often) and what only generalisation
 * reaches (never seen together). Pairs are pairs of encoded ids, as the model sees them: a value that the vocabulary does
 * not hold is out-of-vocabulary. Of lists, the pair of a row that was seen most often counts.
 */
import { suggestion } from '../base/index.js'
import type { EncodedDataset, PreparedData } from '../data/index.js'
import type { Config, EncodedFeatures, JaggedIds } from '../features/index.js'
import { declaredCrosses } from '../features/index.js'
import { comparePairInvalid } from './errors.js'
import { rowsPerBlock } from './validation.js'

export interface PairSlice {
  readonly name: string
  /** Row numbers of the split. */
  readonly rows: readonly number[]
}

export interface PairSlices {
  readonly columns: readonly [string, string]
  readonly slices: readonly PairSlice[]
}

/** Training rows with the pair, from `from` on. */
const cuts = [
  { name: 'never seen', from: 0 },
  { name: '1–9 times', from: 1 },
  { name: '10 times or more', from: 10 },
] as const

/** The pair of features that rows are sliced by: as asked, or the first declared cross of two; `null` without either. */
export function pairColumns(
  config: Config,
  data: PreparedData,
  asked: readonly string[] | undefined,
): readonly [string, string] | null {
  const columns = asked ?? declaredCrosses(config.model).find(({ features }) => features.length === 2)?.features
  if (!columns) return null
  const [first, second] = columns
  const known = data.columns.flatMap(({ name, shape }) => (shape.kind === 'ids' ? [name] : []))
  const shown = columns.join(',')
  if (first === undefined || second === undefined || columns.length !== 2)
    throw comparePairInvalid({ columns: shown, reason: `these are ${String(columns.length)}` })
  for (const name of columns)
    if (!known.includes(name)) throw comparePairInvalid({ columns: shown, reason: suggestion(name, known) })
  return [first, second]
}

/** Cuts the rows of a split by how many training rows have their pair. */
export async function slicesByPair(
  data: PreparedData,
  split: string,
  columns: readonly [string, string],
): Promise<PairSlices> {
  const pairOf = pairNumbering(data, columns)
  const rows = data.split(split)
  // Only pairs of the split are counted, however many training has.
  const counts = new Map<number, number>()
  await eachRow(rows, pairOf, (_, pairs) => {
    for (const pair of pairs) counts.set(pair, 0)
  })
  await eachRow(data.split('train'), pairOf, (_, pairs) => {
    for (const pair of new Set(pairs)) if (counts.has(pair)) counts.set(pair, (counts.get(pair) ?? 0) + 1)
  })
  const slices = cuts.map(({ name }) => ({ name, rows: [] as number[] }))
  await eachRow(rows, pairOf, (row, pairs) => {
    const seen = Math.max(0, ...pairs.map((pair) => counts.get(pair) ?? 0))
    slices[cuts.findLastIndex(({ from }) => seen >= from)]?.rows.push(row)
  })
  return { columns, slices }
}

type PairNumbering = (features: EncodedFeatures, row: number) => number[]

/** Numbers the pairs of a row: `first × ids of second + second`. */
function pairNumbering({ columns }: PreparedData, [first, second]: readonly [string, string]): PairNumbering {
  const shape = columns.find(({ name }) => name === second)?.shape
  const size = shape?.kind === 'ids' ? shape.idCount : 1
  return ({ ids }, row) => {
    const others = idsOf(ids[second], row)
    return idsOf(ids[first], row).flatMap((id) => others.map((other) => id * size + other))
  }
}

function idsOf(jagged: JaggedIds | undefined, row: number): number[] {
  if (!jagged) return []
  const { ids, offsets } = jagged
  return Array.from(ids.subarray(offsets ? offsets[row] : row, offsets ? offsets[row + 1] : row + 1))
}

async function eachRow(
  dataset: EncodedDataset,
  pairOf: PairNumbering,
  visit: (row: number, pairs: readonly number[]) => void,
): Promise<void> {
  for (let first = 0; first < dataset.rowCount; first += rowsPerBlock) {
    const block = await dataset.readBlock(first, rowsPerBlock)
    for (let row = 0; row < block.rowCount; row++) visit(first + row, pairOf(block, row))
  }
}
