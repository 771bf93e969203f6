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

/** The values that a whole row has, for one candidate. */
export function pairsOfRow(config: Pick<Config, 'data' | 'features'>, row: RawRow): PairValues {
  const declared = allFeatures(config)
  const valueOf = (name: string): number => Number(row[name] ?? row[sourceColumnOf(name, declared)] ?? NaN)
  return Object.fromEntries([...pairFeatures(config)].map((name) => [name, Float64Array.of(valueOf(name))]))
}

const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value)

/** The values of the candidates `[first, end)`. */
export const pairRange = (values: PairValues, first: number, end: number): PairValues =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.slice(first, end)]))
