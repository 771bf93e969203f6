/** A condition on item features: `{ category: { in: ['game'] }, price: { max: 3 } }`; all of it must hold. */
import type { Issue } from '../../base/index.js'
import { shown } from '../../base/index.js'
import type { RawValue } from '../../features/index.js'
import { ruleFault } from '../errors.js'
import type { RawRow } from '../../features/index.js'
import type { Check } from './rule-checks.js'
import { isListOf, isNumber, isObject, isOneOf, isPlainObject, isScalar } from './rule-checks.js'

export type FilterValue = string | number | boolean

/** What one feature must be; a list feature meets `eq` and `in` by any of its values, and `not` by none. */
export interface FeatureCondition {
  readonly eq?: FilterValue
  readonly in?: readonly FilterValue[]
  readonly not?: FilterValue | readonly FilterValue[]
  /** At least. */
  readonly min?: number
  /** At most. */
  readonly max?: number
}

export type ItemFilter = Readonly<Record<string, FeatureCondition>>

/** Whether an item meets a filter. Values are compared as texts (7 is "7"); a missing one meets `not` alone. */
export const meets = (features: RawRow, filter: ItemFilter): boolean =>
  Object.entries(filter).every(([name, condition]) => meetsCondition(featureTexts(features[name]), condition))

function meetsCondition(texts: readonly string[], condition: FeatureCondition): boolean {
  const { eq, in: some, not, min = -Infinity, max = Infinity } = condition
  const has = (values: readonly FilterValue[]): boolean => values.some((value) => texts.includes(String(value)))
  const isRanged = condition.min !== undefined || condition.max !== undefined
  return (
    (eq === undefined || has([eq])) &&
    (some === undefined || has(some)) &&
    (not === undefined || !has(isList(not) ? not : [not])) &&
    (!isRanged || texts.some((text) => text.trim() !== '' && Number(text) >= min && Number(text) <= max))
  )
}

/** The values of a raw feature as texts; none where it is missing. */
export function featureTexts(raw: RawValue): readonly string[] {
  if (raw === null || raw === undefined || raw === '') return []
  return typeof raw === 'object' ? raw.flatMap(featureTexts) : [String(raw)]
}

const isList = (value: FilterValue | readonly FilterValue[]): value is readonly FilterValue[] => Array.isArray(value)

const isScalarOrList: Check = (value, path) =>
  Array.isArray(value) ? isListOf(isScalar)(value, path) : isScalar(value, path)

const isCondition: Check = (value, path) => {
  const conditions = { eq: isScalar, in: isListOf(isScalar, 1), not: isScalarOrList, min: isNumber, max: isNumber }
  const faults = isObject(conditions)(value, path)
  const isEmpty = isPlainObject(value) && Object.keys(value).length === 0
  return isEmpty ? [ruleFault(path, 'must have one of eq, in, not, min, max; got nothing')] : faults
}

/** Every fault of a filter; names must be those of item features. */
export function filterIssues(value: unknown, path: string, features: readonly string[]): Issue[] {
  if (!isPlainObject(value)) return [ruleFault(path, `must be an object of item features; got ${shown(value)}`)]
  const isFeature = isOneOf(features, 'a feature of the items')
  return Object.entries(value).flatMap(([name, condition]) => [
    ...isFeature(name, `${path}.${name}`),
    ...isCondition(condition, `${path}.${name}`),
  ])
}
