/** Checks that several column kinds make of their declarations, which nothing has looked at before: configs are not type-checked when loaded. */
import type { Check } from './checks.js'
import { isCount, isNumber, isObject, isPlainObject, isText } from './checks.js'
import type { ColumnState, Statistics } from './column.js'
import { faultAt } from './errors.js'

const deepForms: Readonly<Record<string, Check>> = {
  embedding: isObject({ kind: isText, dimension: isCount(), maxNorm: isNumber(1e-6) }),
  indicator: isObject({ kind: isText }),
}
const isDeepUse: Check = (value, path) => {
  const form = isPlainObject(value) ? deepForms[String(value['kind'])] : undefined
  return form ? form(value, path) : [faultAt(path, 'must be made by embedding() or indicator(); got something else')]
}

const noIds: Check = (_, path) => [
  faultAt(path, 'must not be given for a number, which has no ids; got it; declare the column with bucketized()'),
]

/** Faults of a declaration of ids: these keys, all required, beside those that every column of ids may have. */
export const idsDeclaration = (
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check =>
  isObject(
    { kind: isText, from: isText, deep: isDeepUse, sharedWith: isText, ...required, ...optional },
    Object.keys(required),
  )

/** Faults of a declaration of numbers, which are neither embedded nor shared. */
export const numbersDeclaration = (
  required: Readonly<Record<string, Check>> = {},
  optional: Readonly<Record<string, Check>> = {},
): Check =>
  isObject(
    { kind: isText, from: isText, deep: noIds, sharedWith: noIds, ...required, ...optional },
    Object.keys(required),
  )

/** The state of a column whose declaration says it all. */
export const nothingLearned = (): Promise<ColumnState> => Promise.resolve({ json: {}, arrays: {} })

export const wrongStatistics = (kind: string, statistics: Statistics): Error =>
  new Error(`internal: a ${kind} column cannot learn from ${statistics.kind}`)
