/** Ids from a vocabulary that the declaration gives, in its order. */
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { faultAt, nothingLearned } from '../declaration-checks.js'
import { TokenTable } from '../token-table.js'
import { tokenEncoder } from './vocabulary-column.js'

export interface GivenVocabularyDeclaration extends ColumnDeclaration {
  readonly kind: 'given-vocabulary'
  readonly values: readonly (string | number)[]
}

export const givenVocabularyColumn: ColumnKind<GivenVocabularyDeclaration> = {
  kind: 'given-vocabulary',
  issues({ values }, path) {
    if (values.length === 0) return [faultAt(`${path}.values`, 'must have at least one value; got none')]
    const repeated = values.find((value, index) => values.indexOf(value) !== index)
    return repeated === undefined ? [] : [faultAt(`${path}.values`, `must be different; got ${String(repeated)} twice`)]
  },
  learnsFrom: () => 'nothing',
  learn: nothingLearned,
  compile({ values }) {
    const table = new TokenTable()
    for (const value of values) table.add(String(value))
    return tokenEncoder(table)
  },
}
