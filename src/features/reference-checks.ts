/**
 * Checks that need more than one part of a config: names that must be those of features, names that must differ, tables
 * that are shared. Nothing here trusts a part to have its type: what has another is the fault of the part's own check.
 */
import type { Issue } from '../base/index.js'
import { shown, suggestion } from '../base/index.js'
import { isPlainObject } from './checks.js'
import { columnKinds, declarationIssues } from './columns/index.js'
import { groupNames } from './config-access.js'
import { faultAt } from './errors.js'

type Plain = Readonly<Record<string, unknown>>
interface DeclaredFeature {
  readonly path: string
  readonly declaration: unknown
}
type Features = ReadonlyMap<string, DeclaredFeature>

/** Faults of the feature section: of each declaration, of names that stand twice, of shared tables. */
export function featureIssues(section: unknown): Issue[] {
  const listed = listFeatures(section)
  if (listed.length === 0) return [faultAt('features', `must declare at least one feature; got ${shown(section)}`)]
  const features = featuresByName(section)
  const twice = listed.flatMap(([name, { path }]) => {
    const first = listed.find(([other]) => other === name)?.[1].path ?? path
    return first === path ? [] : [faultAt(path, `must have a name of its own; got "${name}", which is ${first} too`)]
  })
  const declarations = listed.flatMap(([, { path, declaration }]) => declarationIssues(declaration, path))
  return [
    ...declarations,
    ...strayIssues(section),
    ...twice,
    ...[...features].flatMap((one) => [...sharingIssues(one, features), ...weightsIssues(one, features)]),
  ]
}

/** A position belongs to the context: as an item's feature the last one would stay with the item. */
export function positionIssues(data: unknown, section: unknown): Issue[] {
  const position = isPlainObject(data) ? data['position'] : undefined
  const column = isPlainObject(position) ? position['column'] : undefined
  if (typeof column !== 'string') return []
  return listFeatures(section).flatMap(([name, { path, declaration }]) => {
    const from = (isPlainObject(declaration) ? declaration['from'] : undefined) ?? name
    const isOfKey = path.startsWith('features.user.') || path.startsWith('features.item.')
    return from === column && isOfKey
      ? [faultAt(path, 'must be in features.context: it is where an item was shown')]
      : []
  })
}

/** What expires does so by its last moment: without one nothing is old. */
export function expiryIssues(data: unknown, section: unknown): Issue[] {
  const split = partOf(data, 'split')
  const hasTime = [partOf(data, 'time'), partOf(split, 'by') === 'time' ? partOf(split, 'column') : undefined]
  if (hasTime.some((column) => column !== undefined)) return []
  return listFeatures(section).flatMap(([, { path, declaration }]) =>
    [declaration, partOf(declaration, 'inner')].some((one) => partOf(one, 'expireAfter') !== undefined)
      ? [faultAt(path, 'must have data.time beside its expireAfter: tokens expire by when they were last seen')]
      : [],
  )
}

/** Faults of the model section that only the features tell: unknown names, crosses of numbers, names taken. */
export function modelReferenceIssues(model: unknown, section: unknown): Issue[] {
  if (!isPlainObject(model)) return []
  const { wide, deep } = model
  const features = featuresByName(section)
  const isShort = Array.isArray(wide)
  const crosses = plainElements(isShort ? wide : partOf(wide, 'crosses'))
  const crossPath = (index: number): string => `model.wide${isShort ? '' : '.crosses'}[${String(index)}]`
  const taken = new Map([...features].map(([name, { path }]) => [name, path]))
  const crossFaults = crosses.flatMap(([index, cross]) => {
    const { name } = cross
    const owner = taken.get(String(name))
    if (owner === undefined) taken.set(String(name), crossPath(index))
    const isTaken = typeof name === 'string' && owner !== undefined
    return [
      ...(isTaken
        ? [faultAt(crossPath(index), `must have a name of its own; got "${name}", which is ${owner} too`)]
        : []),
      ...constituentIssues(texts(cross['features']), { path: crossPath(index), features }),
    ]
  })
  const named = [
    ['model.wide.features', partOf(wide, 'features')],
    ['model.deep.features', partOf(deep, 'features')],
  ] as const
  const nameFaults = named.flatMap(([path, names]) =>
    texts(names).flatMap((name, index) => unknownIssues(name, `${path}[${String(index)}]`, features)),
  )
  const parts =
    wide === false && deep === false ? [faultAt('model', 'must have a wide or a deep part; got neither')] : []
  return [...parts, ...nameFaults, ...crossFaults]
}

function constituentIssues(
  names: readonly string[],
  { path, features }: { readonly path: string; readonly features: Features },
): Issue[] {
  return names.flatMap((name, index) => {
    if (names.indexOf(name) !== index) return [faultAt(path, `must cross different features; got "${name}" twice`)]
    if (yieldsOf(features.get(name)) !== 'numbers') return unknownIssues(name, path, features)
    return [faultAt(path, `must cross ids; got "${name}", a number; declare it with bucketized() to cross it`)]
  })
}

/** What a feature shares must be there, have a vocabulary, share nothing itself, and say how wide its table is. */
function sharingIssues([name, { path, declaration }]: readonly [string, DeclaredFeature], features: Features): Issue[] {
  const owner = partOf(declaration, 'sharedWith')
  if (typeof owner !== 'string') return []
  const shared = features.get(owner)
  const fault = (expected: string, got: string): Issue[] => [
    faultAt(`${path}.sharedWith`, `must be ${expected}; got ${got}`),
  ]
  if (!shared) return unknownIssues(owner, `${path}.sharedWith`, features)
  if (owner === name) return fault('another feature', 'itself')
  if (yieldsOf(shared) === 'numbers') return fault('a feature of ids', `"${owner}", a number`)
  const next = partOf(shared.declaration, 'sharedWith')
  if (next !== undefined)
    return fault('a feature with a vocabulary of its own', `"${owner}", which shares that of ${shown(next)}`)
  const wayOut = `declare it at "${owner}", whose table this one shares`
  return ['dimension', 'maxNorm'].flatMap((key) => {
    const [own, expected] = [declaration, shared.declaration].map((one) => partOf(partOf(one, 'deep'), key))
    if (own === undefined || own === expected) return []
    return [faultAt(`${path}.deep.${key}`, `must be ${shown(expected ?? 'left out')}; got ${shown(own)}; ${wayOut}`)]
  })
}

/** Stored rows hold a feature's values under its name and weights under that of their column: one name cannot be both. */
function weightsIssues([, { path, declaration }]: readonly [string, DeclaredFeature], features: Features): Issue[] {
  const weights = partOf(declaration, 'weights')
  const source = typeof weights === 'string' ? partOf(features.get(weights)?.declaration, 'from') : undefined
  if (source === undefined || source === weights) return []
  const got = `${shown(weights)}, the name of a feature that reads ${shown(source)}; give that feature another name`
  return [faultAt(`${path}.weights`, `must be a column of the data; got ${got}`)]
}

const unknownIssues = (name: string, path: string, features: Features): Issue[] =>
  features.has(name)
    ? []
    : [faultAt(path, `must be a declared feature; got "${name}"; ${suggestion(name, features.keys())}`)]

/** A feature beside groups is in none of them. */
function strayIssues(section: unknown): Issue[] {
  const entries = isPlainObject(section) ? Object.entries(section) : []
  if (!entries.some(isGroup)) return []
  return entries
    .filter((entry) => !isGroup(entry))
    .map(([name]) =>
      faultAt(`features.${name}`, `must be in ${groupNames.join(', ')}, as others are; got it beside them`),
    )
}

const isGroup = ([name, value]: readonly [string, unknown]): boolean =>
  (groupNames as readonly string[]).includes(name) && isPlainObject(value) && typeof value['kind'] !== 'string'

function listFeatures(section: unknown): (readonly [string, DeclaredFeature])[] {
  if (!isPlainObject(section)) return []
  return Object.entries(section).flatMap(([name, value]) => {
    const path = `features.${name}`
    if (!isGroup([name, value])) return [[name, { path, declaration: value }] as const]
    return Object.entries(value as Plain).map(
      ([inner, declaration]) => [inner, { path: `${path}.${inner}`, declaration }] as const,
    )
  })
}

const featuresByName = (section: unknown): Features => new Map(listFeatures(section))

const yieldsOf = (feature: DeclaredFeature | undefined): 'ids' | 'numbers' | undefined =>
  columnKinds.find(({ kind }) => kind === partOf(feature?.declaration, 'kind'))?.yields

const partOf = (value: unknown, key: string): unknown => (isPlainObject(value) ? value[key] : undefined)

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

const plainElements = (value: unknown): (readonly [number, Plain])[] =>
  Array.isArray(value) ? value.flatMap((one, index) => (isPlainObject(one) ? [[index, one] as const] : [])) : []
