/** Checks of the retrieval section: shares of known sources, lists of items for those whom known features describe. */
import type { Issue } from '../base/index.js'
import { suggestion } from '../base/index.js'
import type { Check } from './checks.js'
import {
  isCount,
  isEither,
  isListOf,
  isNumber,
  isObject,
  isPlainObject,
  isRecordOf,
  isText,
  isTextOrNumber,
} from './checks.js'
import { allFeatures } from './config-access.js'
import { faultAt } from './errors.js'
import { sourceNames } from './source-names.js'

const oneOrMore = isEither(
  { when: Array.isArray, check: isListOf(isTextOrNumber, 1) },
  { when: () => true, check: isTextOrNumber },
)
const list = isEither(
  { when: Array.isArray, check: isListOf(isText, 1) },
  { when: () => true, check: isObject({ items: isListOf(isText, 1), where: isRecordOf(oneOrMore) }, ['items']) },
)
export const retrieval: Check = isObject({
  k: isCount(),
  sources: isObject(Object.fromEntries(sourceNames.map((name) => [name, isNumber(0)]))),
  lists: isRecordOf(list),
})

/** What only the rest of the config tells: keys that candidates are made of, features that conditions name. */
export function retrievalIssues(section: unknown, data: unknown, features: unknown): Issue[] {
  if (!isPlainObject(section)) return []
  const missing = (['user', 'item'] as const).filter((key) => isPlainObject(data) && data[key] === undefined)
  const lists = isPlainObject(section['lists']) ? Object.entries(section['lists']) : []
  const known = isPlainObject(features) ? Object.keys(allFeatures({ features: features })) : []
  return [
    ...missing.map((key) => faultAt(`data.${key}`, 'must be given where there is a section retrieval; got nothing')),
    ...lists.flatMap(([name, declared]) => [...nameIssues(name), ...conditionIssues(name, declared, known)]),
  ]
}

const nameIssues = (name: string): Issue[] =>
  (sourceNames as readonly string[]).includes(name)
    ? [faultAt(`retrieval.lists.${name}`, 'must have another name: a source is called so')]
    : []

function conditionIssues(name: string, declared: unknown, known: readonly string[]): Issue[] {
  const where = isPlainObject(declared) ? declared['where'] : undefined
  if (!isPlainObject(where)) return []
  return Object.keys(where)
    .filter((feature) => !known.includes(feature))
    .map((feature) =>
      faultAt(`retrieval.lists.${name}.where.${feature}`, `must be a declared feature; ${suggestion(feature, known)}`),
    )
}
