/**
 * Lists of ids: an array, or text with a separator. Missing elements are left out, their weights with them; a missing list is an
 * empty one.
 */
import type { Check } from '../checks.js'
import { isCount, isOneOf, isText } from '../checks.js'
import type { ColumnDeclaration, ColumnEncoder, ColumnKind } from '../column.js'
import { idsDeclaration } from '../declaration-checks.js'
import type { Combiner } from '../encoded-batch.js'
import { faultAt } from '../errors.js'
import { missingId } from '../raw-values.js'
import { elementsOf, lacksWeights, readWeights } from './list-weights.js'

export interface ListDeclaration extends ColumnDeclaration {
  readonly kind: 'list'
  readonly inner: ColumnDeclaration
  /** How the embeddings of a list become one. Default mean. */
  readonly combiner: Combiner
  /** Between the elements of a text. Default `|`. */
  readonly separator: string
  /** Only the last so many elements. Default: all. */
  readonly maximumLength?: number
  readonly weights?: string
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
    reads: ({ inner }) => kindOf(inner).reads(inner),
    issues: idsDeclaration(
      { inner: isElement, combiner: isOneOf('mean', 'sum', 'sqrtn'), separator: isText },
      { maximumLength: isCount(), weights: isText },
    ),
    learnsFrom: ({ inner }) => kindOf(inner).learnsFrom(inner),
    needsAges: ({ inner }) => kindOf(inner).needsAges?.(inner) ?? false,
    learn: ({ inner }, statistics) => kindOf(inner).learn(inner, statistics),
    grow: async ({ inner }, statistics, previous) => kindOf(inner).grow?.(inner, statistics, previous) ?? previous,
    compile: (declaration, state) =>
      listEncoder(declaration, kindOf(declaration.inner).compile(declaration.inner, state)),
  }
}

function listEncoder(declaration: ListDeclaration, element: ColumnEncoder): ColumnEncoder {
  if (element.shape.kind !== 'ids') throw new Error('internal: validation lets only ids columns into lists')
  const { appendIds, tokenOf, seenOf } = element
  const { combiner, separator, maximumLength = Number.POSITIVE_INFINITY } = declaration
  const isWeighted = declaration.weights !== undefined
  return {
    shape: { ...element.shape, isMultivalent: true, combiner, ...(isWeighted ? { isWeighted } : {}) },
    appendIds(raw, ids, weights, rawWeights) {
      const elements = elementsOf(raw, separator)
      const own = isWeighted ? readWeights(rawWeights, elements.length, separator) : null
      for (let at = Math.max(0, elements.length - maximumLength); at < elements.length; at++) {
        const before = ids.length
        appendIds?.(elements[at], ids, weights)
        if (ids[before] === missingId) ids.length = before
        else if (isWeighted) weights.push(own?.[at] ?? 1)
      }
    },
    ...(isWeighted ? { readsWeights: readsWeightsOf(separator) } : {}),
    ...(tokenOf ? { tokenOf } : {}),
    ...(seenOf ? { seenOf } : {}),
  }
}

const readsWeightsOf =
  (separator: string): NonNullable<ColumnEncoder['readsWeights']> =>
  (raw, rawWeights) =>
    lacksWeights(rawWeights) || readWeights(rawWeights, elementsOf(raw, separator).length, separator) !== null
