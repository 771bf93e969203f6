/** Lists that enter value by value: each position is a column of single ids, so that a sequence is many plain lookups. */
import type { EncodedFeatures, JaggedIds } from '../features/index.js'
import type { RowRange } from '../tables/index.js'
import type { LookupPart, SequencePart } from './input-layout.js'

const positionName = (column: string, position: number): string => `${column}@${String(position)}`

/** One lookup for each position of a sequence. */
export function sequenceLookups({ column, table, length, dimension, offset }: SequencePart): LookupPart[] {
  return Array.from({ length }, (_, position) => ({
    table,
    column: positionName(column, position),
    offset: offset + position * dimension,
    combiner: 'sum',
  }))
}

/** Adds the columns that `sequenceLookups` reads: the newest values from the left; 0, the missing id, behind them. */
export function withPositions(features: EncodedFeatures, sequences: readonly SequencePart[]): EncodedFeatures {
  const ids: Record<string, JaggedIds> = { ...features.ids }
  for (const { column, length } of sequences) {
    const positions = Array.from({ length }, () => new Int32Array(features.rowCount))
    eachValue(features, { column, length }, (row, position, id) => {
      const target = positions[position]
      if (target) target[row] = id
    })
    for (const [position, own] of positions.entries())
      ids[positionName(column, position)] = { ids: own, offsets: null, weights: null }
  }
  return { ...features, ids }
}

/** Where the numbers of a range of rows go: one row `stride` numbers behind the other. */
export interface DenseTarget {
  readonly range: RowRange
  readonly data: Float32Array | Float64Array
  readonly stride: number
}

/** Writes 1 where a sequence has a value and 0 behind its end. */
export function writeMask(
  { column, length, maskOffset }: SequencePart,
  features: EncodedFeatures,
  { range, data, stride }: DenseTarget,
): void {
  for (let row = 0; row < range.count; row++) {
    const at = row * stride + maskOffset
    const values = Math.min(length, valueCount(features, column, range.first + row))
    data.fill(1, at, at + values).fill(0, at + values, at + length)
  }
}

function valueCount({ ids }: EncodedFeatures, column: string, row: number): number {
  const offsets = ids[column]?.offsets
  return (offsets?.[row + 1] ?? 0) - (offsets?.[row] ?? 0)
}

/** The last `length` values of each row, the newest first: with position 0 for the newest. */
function eachValue(
  features: EncodedFeatures,
  { column, length }: { column: string; length: number },
  visit: (row: number, position: number, id: number) => void,
): void {
  const jagged = features.ids[column]
  if (!jagged?.offsets) return
  for (let row = 0; row < features.rowCount; row++) {
    const start = jagged.offsets[row] ?? 0
    const end = jagged.offsets[row + 1] ?? 0
    const count = Math.min(length, end - start)
    for (let position = 0; position < count; position++) visit(row, position, jagged.ids[end - 1 - position] ?? 0)
  }
}
