import type { Issue } from '../../base/index.js'
import { shown } from '../../base/index.js'
import { isPlainObject } from '../checks.js'
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { faultAt } from '../errors.js'
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
  createListColumn({ kindOf, issuesOf: declarationIssues }),
  logColumn,
  numericColumn,
  quantileColumn,
  vocabularyColumn,
  zscoreColumn,
] as unknown as readonly ColumnKind[]

/** Every fault of what stands where a declaration must be. */
export function declarationIssues(value: unknown, path: string): Issue[] {
  const kind = isPlainObject(value) ? columnKinds.find((one) => one.kind === value['kind']) : undefined
  if (kind) return kind.issues(value, path)
  const message = `must be made by categorical(), numeric(), bucketized() or list(); got ${shown(value)}`
  return [faultAt(path, message)]
}

/** The kind of a declaration that validation has let through. */
export function kindOf(declaration: ColumnDeclaration): ColumnKind {
  const kind = columnKinds.find((one) => one.kind === declaration.kind)
  if (!kind) throw new Error(`internal: no column kind "${declaration.kind}"`)
  return kind
}
