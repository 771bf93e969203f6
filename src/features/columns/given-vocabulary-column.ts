/** Ids from a vocabulary that the declaration gives, in its order. */
import type { Check } from '../checks.js'
import { isListOf, isTextOrNumber } from '../checks.js'
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { idsDeclaration, nothingLearned } from '../declaration-checks.js'
import { faultAt } from '../errors.js'
import { TokenTable } from '../token-table.js'
import { tokenEncoder } from './vocabulary-column.js'

export interface GivenVocabularyDeclaration extends ColumnDeclaration {
  readonly kind: 'given-vocabulary'
  readonly values: readonly (string | number)[]
}

const areValues = isListOf(isTextOrNumber, 1)

/** Texts and numbers, all different as tokens: 3 and "3" are the same one. */
const areTokens: Check = (value, path) => {
  const faults = areValues(value, path)
  if (faults.length > 0) return faults
  const seen = new Set<string>()
  for (const token of (value as readonly (string | number)[]).map(String)) {
    if (seen.has(token)) return [faultAt(path, `must be different; got ${token} twice`)]
    seen.add(token)
  }
  return []
}

export const givenVocabularyColumn: ColumnKind<GivenVocabularyDeclaration> = {
  kind: 'given-vocabulary',
  yields: 'ids',
  reads: () => 'text',
  issues: idsDeclaration({ values: areTokens }),
  learnsFrom: () => 'nothing',
  learn: nothingLearned,
  compile({ values }) {
    const table = new TokenTable()
    for (const value of values) table.add(String(value))
    return tokenEncoder(table)
  },
}
