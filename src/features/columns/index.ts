import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { bucketizedColumn } from './bucketized-column.js'
import { givenVocabularyColumn } from './given-vocabulary-column.js'
import { hashedColumn } from './hashed-column.js'
import { identityColumn } from './identity-column.js'
import { createListColumn } from './list-column.js'
import { logColumn } from './log-column.js'
import { numericColumn } from './numeric-column.js'
import { quantileColumn } from './quantile-column.js'
import { vocabularyColumn } from './vocabulary-column.js'
import { zscoreColumn } from './z-score-column.js'

/** Every kind of column. The list knows them only by the interface: declarations are checked against `kind` at the door. */
export const columnKinds = [
  bucketizedColumn,
  givenVocabularyColumn,
  hashedColumn,
  identityColumn,
  createListColumn(kindOf),
  logColumn,
  numericColumn,
  quantileColumn,
  vocabularyColumn,
  zscoreColumn,
] as unknown as readonly ColumnKind[]

/** The kind of a declaration that validation has let through. */
export function kindOf(declaration: ColumnDeclaration): ColumnKind {
  const kind = columnKinds.find((one) => one.kind === declaration.kind)
  if (!kind) throw new Error(`internal: no column kind "${declaration.kind}"`)
  return kind
}
