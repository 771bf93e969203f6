/** Numbers cut at given boundaries into half-open buckets `[b(i−1), b(i))`: 0 missing, then 1 … boundaries + 1. */
import type { Check } from '../checks.js'
import { isListOf, isNumber } from '../checks.js'
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { idsDeclaration, nothingLearned } from '../declaration-checks.js'
import { faultAt } from '../errors.js'
import { missingId, numberOf } from '../raw-values.js'

export interface BucketizedDeclaration extends ColumnDeclaration {
  readonly kind: 'bucketized'
  readonly boundaries: readonly number[]
}

const areNumbers = isListOf(isNumber(-Number.MAX_VALUE, Number.MAX_VALUE), 1)

/** Finite numbers, strictly increasing. */
const areBoundaries: Check = (value, path) => {
  const faults = areNumbers(value, path)
  if (faults.length > 0) return faults
  const boundaries = value as readonly number[]
  const at = boundaries.findIndex((boundary, index) => index > 0 && boundary <= (boundaries[index - 1] ?? 0))
  if (at < 0) return []
  const got = `${String(boundaries[at])} after ${String(boundaries[at - 1])} at position ${String(at)}`
  return [faultAt(path, `must be strictly increasing; got ${got}`)]
}

export const bucketizedColumn: ColumnKind<BucketizedDeclaration> = {
  kind: 'bucketized',
  yields: 'ids',
  reads: () => 'number',
  issues: idsDeclaration({ boundaries: areBoundaries }),
  learnsFrom: () => 'nothing',
  learn: nothingLearned,
  compile: ({ boundaries }) => ({
    shape: { kind: 'ids', idCount: boundaries.length + 2, isMultivalent: false, combiner: 'sum' },
    appendIds(raw, ids) {
      const value = numberOf(raw)
      if (value === null) ids.push(missingId)
      else {
        const above = boundaries.findIndex((boundary) => value < boundary)
        ids.push(1 + (above < 0 ? boundaries.length : above))
      }
    },
    tokenOf: (id) =>
      id === missingId ? undefined : `[${String(boundaries[id - 2] ?? '-∞')}, ${String(boundaries[id - 1] ?? '∞')})`,
  }),
}
