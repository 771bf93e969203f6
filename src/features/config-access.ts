/** Reading a config in the forms it may have: flat or grouped features, short or long parts. */
import type { ColumnDeclaration } from './column.js'
import type { ActionsDeclaration, ImpressionsDeclaration } from './data-spec.js'
import type {
  Config,
  CrossDeclaration,
  DeepDeclaration,
  FeatureGroup,
  GroupedFeatures,
  ModelDeclaration,
  WideDeclaration,
} from './feature-spec.js'

export const groupNames = ['user', 'item', 'context'] as const

/** Features by group; a flat declaration is all context. */
export function featureGroups({ features }: Pick<Config, 'features'>): GroupedFeatures {
  return isGrouped(features) ? features : { context: features }
}

/** Every feature by name, in declared order: user, item, context. One that shares a table has the table's dimension and limit. */
export function allFeatures(config: Pick<Config, 'features'>): FeatureGroup {
  const known = resolved.get(config.features)
  if (known) return known
  const made = resolvedFeatures(config)
  resolved.set(config.features, made)
  return made
}

/** Requests ask for the features of their model again and again. */
const resolved = new WeakMap<Config['features'], FeatureGroup>()

function resolvedFeatures(config: Pick<Config, 'features'>): FeatureGroup {
  const groups = featureGroups(config)
  const features = Object.assign({}, ...groupNames.map((name) => groups[name] ?? {})) as FeatureGroup
  return Object.fromEntries(
    Object.entries(features).map(([name, declaration]) => [name, withSharedTable(declaration, features)]),
  )
}

function withSharedTable(declaration: ColumnDeclaration, features: FeatureGroup): ColumnDeclaration {
  const { deep = { kind: 'embedding' }, sharedWith } = declaration
  const table = sharedWith === undefined ? undefined : features[sharedWith]?.deep
  if (deep.kind !== 'embedding' || table?.kind !== 'embedding') return declaration
  return { ...declaration, deep: { ...table, ...deep } }
}

function isGrouped(features: Config['features']): features is GroupedFeatures {
  const entries = Object.entries(features)
  const isGroup = ([name, value]: [string, object]): boolean =>
    (groupNames as readonly string[]).includes(name) && typeof (value as { kind?: unknown }).kind !== 'string'
  return entries.length > 0 && entries.every(isGroup)
}

/** `model.wide` in its long form; `null` when the wide part is switched off. */
export function wideDeclaration(model: ModelDeclaration | undefined): WideDeclaration | null {
  if (model?.wide === false) return null
  const wide = model?.wide ?? {}
  return isCrossList(wide) ? { crosses: wide } : wide
}

/** `model.deep`; `null` when the deep part is switched off. */
export function deepDeclaration(model: ModelDeclaration | undefined): DeepDeclaration | null {
  return model?.deep === false ? null : (model?.deep ?? {})
}

/** The crosses of a config, whatever form `model.wide` has. */
export function declaredCrosses(model: ModelDeclaration | undefined): readonly CrossDeclaration[] {
  return wideDeclaration(model)?.crosses ?? []
}

function isCrossList(wide: readonly CrossDeclaration[] | WideDeclaration): wide is readonly CrossDeclaration[] {
  return Array.isArray(wide)
}

/** A declaration with the one it shares put in its place: what is compiled. */
export function resolvedDeclaration(name: string, features: FeatureGroup): ColumnDeclaration {
  const declaration = features[name]
  if (!declaration) throw new Error(`internal: no feature ${name}`)
  const owner = declaration.sharedWith === undefined ? undefined : features[declaration.sharedWith]
  if (!owner) return declaration
  // What is shared is the vocabulary; whether there is a list of its tokens or one is each feature's own affair.
  const shared = owner.inner ?? owner
  return declaration.inner
    ? { ...declaration, inner: shared }
    : { ...shared, deep: declaration.deep ?? shared.deep ?? { kind: 'embedding' } }
}

/** The column of the data that a feature reads. */
export const sourceColumnOf = (name: string, features: FeatureGroup): string => features[name]?.from ?? name

/** The column of the data with the weights of a feature's values; `undefined` when all weigh 1. */
export const weightsColumnOf = (name: string, features: FeatureGroup): string | undefined => features[name]?.weights

/** What a raw row of some features holds: their values by feature, then the weights of their lists by column. */
export const rawNames = (names: readonly string[], features: FeatureGroup): string[] => [
  ...new Set([...names, ...names.flatMap((name) => weightsColumnOf(name, features) ?? [])]),
]

/** The feature that owns the state and the embedding table of a feature: itself, unless it shares. */
export function stateOwner(name: string, features: FeatureGroup): string {
  return features[name]?.sharedWith ?? name
}

export type ResolvedDeepUse =
  | {
      readonly kind: 'embedding'
      readonly dimension: number
      readonly maxNorm?: number
      readonly sharedWith: string | undefined
    }
  | { readonly kind: 'indicator' }

/** How a feature's ids enter the deep part. */
export function deepUseOf(declaration: ColumnDeclaration, defaultDimension: number): ResolvedDeepUse {
  const use = declaration.deep ?? { kind: 'embedding' }
  if (use.kind === 'indicator') return use
  return { ...use, dimension: use.dimension ?? defaultDimension, sharedWith: declaration.sharedWith }
}

/** The declaration with its defaults filled in; `null` when the config has no action log. */
export function actionsDeclaration({ data }: Pick<Config, 'data'>): ActionsDeclaration | null {
  return logDeclaration(data.actions)
}

/** The log of impressions in its long form; `null` when the config has none. */
export function impressionsDeclaration({ data }: Pick<Config, 'data'>): ImpressionsDeclaration | null {
  return logDeclaration(data.impressions)
}

type Files = string | readonly string[]

function logDeclaration<T extends { readonly from: Files }>(log: T | Files | undefined): T | { from: Files } | null {
  if (log === undefined) return null
  return typeof log === 'string' || isList(log) ? { from: log } : log
}

const isList = (value: unknown): value is readonly string[] => Array.isArray(value)

/** What every row has at serving that does not say otherwise: the position is what a ranking is to find, so no item has one yet. */
export function constantsAtServing({ data }: Pick<Config, 'data'>): Readonly<Record<string, string | number>> {
  const { position } = data
  return position ? { [position.column]: position.atServing ?? 1 } : {}
}
