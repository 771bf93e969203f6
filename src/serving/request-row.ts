/** The raw row of a request: stored features, the past, and what the request says, with every name that no feature has refused. */
import type { Issue } from '../base/index.js'
import { suggestion } from '../base/index.js'
import type { JsonValues } from '../events/index.js'
import type { Config, PastValue, RawRow } from '../features/index.js'
import {
  constantsAtServing,
  featureGroups,
  rawNames,
  allFeatures,
  sourceColumnOf,
  withRequest,
} from '../features/index.js'
import type { FeatureValues } from '../protocol/index.js'
import { requestInvalid } from './errors.js'

export interface RequestNames {
  /** Names that a request may give for the user, and for the context. */
  readonly user: ReadonlySet<string>
  readonly context: ReadonlySet<string>
  /** Names of the items' features. */
  readonly item: readonly string[]
}

/** The names of a config: features, and the columns that they read. */
export function requestNames(config: Pick<Config, 'features' | 'data'>): RequestNames {
  const groups = featureGroups(config)
  const declared = allFeatures(config)
  const namesOf = (group: 'user' | 'item' | 'context'): string[] => {
    const names = Object.keys(groups[group] ?? {})
    return [...new Set([...rawNames(names, declared), ...names.map((name) => sourceColumnOf(name, declared))])]
  }
  return { user: new Set(namesOf('user')), context: new Set(namesOf('context')), item: namesOf('item') }
}

export interface GivenFeatures {
  readonly features?: FeatureValues | undefined
  readonly context?: FeatureValues | undefined
}

/** Throws `SERVING_REQUEST_INVALID` with every unknown name and the nearest known one. */
export function checkNames(names: RequestNames, { features = {}, context = {} }: GivenFeatures): void {
  const issues = [
    ...unknownNames(features, { group: 'features', known: names.user, what: 'a feature of users' }),
    ...unknownNames(context, { group: 'context', known: names.context, what: 'a feature of the context' }),
  ]
  if (issues.length > 0) throw requestInvalid({ faults: issues.map(({ message }) => message) }, { issues })
}

interface Group {
  readonly group: string
  readonly known: ReadonlySet<string>
  readonly what: string
}

function unknownNames(given: FeatureValues, { group, known, what }: Group): Issue[] {
  return Object.keys(given)
    .filter((name) => !known.has(name))
    .map((name) => ({
      code: requestInvalid.code,
      path: `/${group}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: `${group}.${name} is not ${what}; ${known.size === 0 ? 'the model has none' : suggestion(name, known)}`,
    }))
}

export interface RowParts extends GivenFeatures {
  readonly stored: JsonValues
  readonly past: Readonly<Record<string, PastValue>>
}

/**
 * What the encoder reads of the user and the context. The request wins over the past, the past over what is stored; a history goes on from the one
 * that training left.
 */
export function requestRow(config: Config, { stored, past, features = {}, context = {} }: RowParts): RawRow {
  const known: Record<string, unknown> = { ...constantsAtServing(config), ...stored }
  const declared = allFeatures(config)
  const readers = Object.keys(declared)
  for (const [name, value] of Object.entries(past)) {
    const before = readers.find((reader) => sourceColumnOf(reader, declared) === name) ?? name
    const last = config.data.history?.[name]?.last
    known[name] = isHistory(value) ? continued(stored[before] ?? stored[name], value, last) : value
    if (before !== name) known[before] = known[name]
  }
  return withRequest(config, known as RawRow, { ...features, ...context })
}

const isHistory = (value: PastValue): value is readonly string[] => Array.isArray(value)

/** Items of the past behind those that are stored; an item that came again counts where it came last. */
function continued(stored: unknown, past: readonly string[], last: number | undefined): readonly string[] {
  const again = new Set(past)
  const before = Array.isArray(stored) ? stored.map(String).filter((item) => !again.has(item)) : []
  const all = [...before, ...past]
  return last === undefined ? all : all.slice(-last)
}
