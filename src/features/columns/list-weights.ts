/** The weights beside a raw list: as many numbers as the list has values, each at least 0. */
import type { RawValue } from '../column.js'
import { largestFloat, numberOf } from '../raw-values.js'

/** The values of a raw list: an array, or text with a separator; a missing list has none. */
export function elementsOf(raw: RawValue, separator: string): readonly RawValue[] {
  if (raw === null || raw === undefined || raw === '') return []
  if (typeof raw === 'object') return raw
  return typeof raw === 'string' ? raw.split(separator) : [raw]
}

/** Whether a cell of weights is missing as a whole: all values weigh 1 then. */
export const lacksWeights = (raw: RawValue): boolean =>
  raw === null || raw === undefined || raw === '' || Number.isNaN(raw)

/** The weights of `count` values; `null` when missing, of another length, or any of them is no finite number of at least 0. */
export function readWeights(raw: RawValue, count: number, separator: string): readonly number[] | null {
  if (lacksWeights(raw)) return null
  const cells = elementsOf(raw, separator)
  if (cells.length !== count) return null
  const weights: number[] = []
  for (const cell of cells) {
    const weight = numberOf(cell)
    if (weight === null || weight < 0) return null
    // A finite number may be infinite in 32 bits; and −0 is 0, as the database has it.
    weights.push(Math.min(largestFloat, weight) + 0)
  }
  return weights
}
