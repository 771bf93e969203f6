/** Lists of ids: an array, or text with a separator. Missing elements are left out; a missing list is an empty one. */
import type { Check } from '../checks.js'
import { isCount, isOneOf, isText } from '../checks.js'
import type { ColumnDeclaration, ColumnEncoder, ColumnKind, RawValue } from '../column.js'
import { idsDeclaration } from '../declaration-checks.js'
import type { Combiner } from '../encoded-batch.js'
import { faultAt } from '../errors.js'
import { missingId } from '../raw-values.js'

export interface ListDeclaration extends ColumnDeclaration {
  readonly kind: 'list'
  readonly inner: ColumnDeclaration
  /** How the embeddings of a list become one. Default mean. */
  readonly combiner: Combiner
  /** Between the elements of a text. Default `|`. */
  readonly separator: string
  /** Only the last so many elements. Default: all. */
  readonly maximumLength?: number
}

/** What lists ask of the kinds of their elements, so that they need not know the others. */
export interface ElementKinds {
  kindOf(declaration: ColumnDeclaration): ColumnKind
  /** Faults of a declaration of any kind. */
  issuesOf: Check
}

/** The kind of lists of any column of ids but lists. */
export function createListColumn({ kindOf, issuesOf }: ElementKinds): ColumnKind<ListDeclaration> {
  const isElement: Check = (value, path) => {
    const faults = issuesOf(value, path)
    if (faults.length > 0) return faults
    const { kind, yields } = kindOf(value as ColumnDeclaration)
    const isRight = yields === 'ids' && kind !== 'list'
    return isRight ? [] : [faultAt(path, `must be made by categorical() or bucketized(); got a column of kind ${kind}`)]
  }
  return {
    kind: 'list',
    yields: 'ids',
    issues: idsDeclaration(
      { inner: isElement, combiner: isOneOf('mean', 'sum', 'sqrtn'), separator: isText },
      { maximumLength: isCount() },
    ),
    learnsFrom: ({ inner }) => kindOf(inner).learnsFrom(inner),
    learn: ({ inner }, statistics) => kindOf(inner).learn(inner, statistics),
    compile: (declaration, state) =>
      listEncoder(declaration, kindOf(declaration.inner).compile(declaration.inner, state)),
  }
}

function listEncoder(declaration: ListDeclaration, element: ColumnEncoder): ColumnEncoder {
  if (element.shape.kind !== 'ids') throw new Error('internal: validation lets only ids columns into lists')
  const { appendIds, tokenOf } = element
  return {
    shape: { ...element.shape, isMultivalent: true, combiner: declaration.combiner },
    appendIds(raw, ids, weights) {
      for (const value of listElements(raw, declaration)) {
        const before = ids.length
        appendIds?.(value, ids, weights)
        if (ids[before] === missingId) ids.length = before
      }
    },
    ...(tokenOf ? { tokenOf } : {}),
  }
}

/** The elements of a raw list, the last `maximumLength` of them. */
export function listElements(
  raw: RawValue,
  { separator, maximumLength }: Pick<ListDeclaration, 'separator' | 'maximumLength'>,
): readonly RawValue[] {
  const elements = elementsOf(raw, separator)
  return maximumLength === undefined ? elements : elements.slice(-maximumLength)
}

function elementsOf(raw: RawValue, separator: string): readonly RawValue[] {
  if (raw === null || raw === undefined || raw === '') return []
  if (typeof raw === 'object') return raw
  return typeof raw === 'string' ? raw.split(separator) : [raw]
}
