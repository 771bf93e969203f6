/** What belongs to a user with an item: a value for each candidate, which no item and no request has alone. */
import type { Config, RawRow } from '../features/index.js'
import { allFeatures, pairFeatures, sourceColumnOf } from '../features/index.js'

/** By the name of the aggregate, or of the feature that reads it: a number for each candidate, NaN where there is none. */
export type PairValues = Readonly<Record<string, Float64Array>>

/** What is ranked for a request. */
export interface Candidates {
  /** Indexes of items. */
  readonly items: Int32Array
  readonly pairs: PairValues
}

/** The values as rows that the encoder reads. */
export function pairRows(values: PairValues, count: number): RawRow[] {
  const columns = Object.entries(values)
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(columns.map(([name, all]) => [name, known(all[row])])),
  )
}

/** The values that a row itself has, the same for each of some candidates; of what it does not name, nothing. */
export type GivenPairs = (row: RawRow, count: number) => PairValues

/** Compiles `GivenPairs`, which every request asks. */
export function createGivenPairs(config: Pick<Config, 'data' | 'features'>): GivenPairs {
  const declared = allFeatures(config)
  const features = [...pairFeatures(config)].map((name) => ({ name, source: sourceColumnOf(name, declared) }))
  return (row, count) => {
    const values: Record<string, Float64Array> = {}
    for (const { name, source } of features) {
      const value = row[name] === undefined ? row[source] : row[name]
      if (value !== undefined) values[name] = new Float64Array(count).fill(Number(value ?? NaN))
    }
    return values
  }
}

const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value)

/** The values of the candidates `[first, end)`. */
export const pairRange = (values: PairValues, first: number, end: number): PairValues =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.slice(first, end)]))
