/** Integers in `[0, values)` that are ids already: 0 missing, 1 out of range, then value + 2. */
import { isIdCount } from '../checks.js'
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { idsDeclaration, nothingLearned } from '../declaration-checks.js'
import { firstTokenId, missingId, numberOf, oovId, tokenOf } from '../raw-values.js'

export interface IdentityDeclaration extends ColumnDeclaration {
  readonly kind: 'identity'
  readonly values: number
}

export const identityColumn: ColumnKind<IdentityDeclaration> = {
  kind: 'identity',
  yields: 'ids',
  reads: () => 'integer',
  issues: idsDeclaration({ values: isIdCount }),
  learnsFrom: () => 'nothing',
  learn: nothingLearned,
  compile: ({ values }) => ({
    shape: { kind: 'ids', idCount: firstTokenId + values, isMultivalent: false, combiner: 'sum' },
    appendIds(raw, ids) {
      const value = numberOf(raw)
      const isInRange = value !== null && Number.isInteger(value) && value >= 0 && value < values
      ids.push(isInRange ? firstTokenId + value : tokenOf(raw) === null ? missingId : oovId)
    },
    tokenOf: (id) => (id < firstTokenId ? undefined : String(id - firstTokenId)),
  }),
}
