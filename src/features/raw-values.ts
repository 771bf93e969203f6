/** How raw values read: the one place that says when a value is missing, a number or a token. */
import type { RawValue } from './column.js'

/** The token of a value: its text; `null` when missing (null, empty text, NaN). 196 and "196" are the same token. */
export function tokenOf(raw: RawValue): string | null {
  if (raw === null || raw === undefined || raw === '') return null
  if (typeof raw === 'number') return Number.isNaN(raw) ? null : String(raw)
  return typeof raw === 'object' ? JSON.stringify(raw, bigintAsText) : String(raw)
}

const bigintAsText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** The number of a value; `null` when missing, not finite or no number. */
export function numberOf(raw: RawValue): number | null {
  if (typeof raw === 'string' ? raw.trim() === '' : raw === null || raw === undefined || typeof raw === 'object')
    return null
  const number = Number(raw)
  return Number.isFinite(number) ? number : null
}

/** The greatest 32-bit float: a finite number of the log may be infinite in 32 bits. */
export const largestFloat = 3.4028234663852886e38

/** Ids that every column of ids keeps free: what is missing, and what was never learned. */
export const missingId = 0
export const oovId = 1
/** The first id of learned tokens. */
export const firstTokenId = 2
