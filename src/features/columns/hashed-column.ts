/** Tokens hashed into buckets, for vocabularies that no one wants to keep: 0 missing, then 1 + hash. Collisions share a row. */
import { hash32 } from '../../base/index.js'
import { isIdCount } from '../checks.js'
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { idsDeclaration, nothingLearned } from '../declaration-checks.js'
import { missingId, tokenOf } from '../raw-values.js'

export interface HashedDeclaration extends ColumnDeclaration {
  readonly kind: 'hashed'
  readonly hashBuckets: number
}

export const hashedColumn: ColumnKind<HashedDeclaration> = {
  kind: 'hashed',
  yields: 'ids',
  reads: () => 'text',
  issues: idsDeclaration({ hashBuckets: isIdCount }),
  learnsFrom: () => 'nothing',
  learn: nothingLearned,
  compile: ({ hashBuckets }) => ({
    shape: { kind: 'ids', idCount: 1 + hashBuckets, isMultivalent: false, combiner: 'sum' },
    appendIds(raw, ids) {
      const token = tokenOf(raw)
      ids.push(token === null ? missingId : 1 + (hash32(token) % hashBuckets))
    },
  }),
}
