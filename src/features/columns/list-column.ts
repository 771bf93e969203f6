/** Lists of ids: an array, or text with a separator. Missing elements are left out; a missing list is an empty one. */
import type { ColumnDeclaration, ColumnEncoder, ColumnKind, RawValue } from '../column.js'
import { countIssues } from '../declaration-checks.js'
import type { Combiner } from '../encoded-batch.js'
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

/** The kind of lists; `kindOf` finds the kind of the element, so that lists need not know the others. */
export function createListColumn(kindOf: (declaration: ColumnDeclaration) => ColumnKind): ColumnKind<ListDeclaration> {
  return {
    kind: 'list',
    issues: ({ inner, maximumLength }, path) => [
      ...kindOf(inner).issues(inner, path),
      ...(maximumLength === undefined ? [] : countIssues(maximumLength, `${path}.maximumLength`)),
    ],
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
