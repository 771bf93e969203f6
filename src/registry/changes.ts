/** What may be changed in a registry, as pure decisions over its state: each answers with the state after, or throws why not. */
import {
  aliasReserved,
  championAlready,
  championMoved,
  nameInvalid,
  notBlessed,
  rollbackNothing,
  versionNamed,
  versionUnknown,
} from './errors.js'
import type { Decision } from './journal.js'
import { aliasOf, versionNumbers, versionOf } from './journal-entry.js'
import type { AliasState, GateVerdict, RegistryState, VersionState } from './journal-entry.js'

/** The alias of the version that serves by default. */
export const champion = 'champion'

/** How many steps back a rollback remembers. */
const longestBefore = 100

export function published(
  state: RegistryState,
  { version, checksum, at, tags }: { version: number; checksum: string; at: string; tags: Record<string, string> },
): Decision {
  Object.keys(tags).forEach(requireName)
  const added: VersionState = { publishedAt: at, checksum, tags, verdict: null, isForced: false }
  return {
    change: { kind: 'publish', version },
    state: { ...withVersion(state, version, added), lastVersion: Math.max(state.lastVersion, version) },
  }
}

/** Sets tags, and takes those away whose value is `null`. */
export function tagged(state: RegistryState, version: number, tags: Record<string, string | null>): Decision {
  Object.keys(tags).forEach(requireName)
  const known = requireVersion(state, version)
  const all = Object.entries({ ...known.tags, ...tags })
  const kept = Object.fromEntries(all.flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
  return { change: { kind: 'tag', version, tags }, state: withVersion(state, version, { ...known, tags: kept }) }
}

export interface Judgement {
  readonly version: number
  readonly verdict: GateVerdict
  /** The champion it was judged against, `null` where there was none. */
  readonly champion: number | null
}

export function judged(state: RegistryState, judgement: Judgement, generation: number): Decision {
  const { version, verdict, champion: against } = judgement
  const known = requireVersion(state, version)
  const word = { word: verdict.verdict, champion: against, generation }
  return {
    change: { kind: 'verdict', version, champion: against, verdict },
    state: withVersion(state, version, { ...known, verdict: word }),
  }
}

/** Points any alias but `champion` at a version, or takes it away. */
export function aliased(
  state: RegistryState,
  { alias, version }: { alias: string; version: number | null },
  generation: number,
): Decision {
  requireName(alias)
  if (alias === champion) throw aliasReserved({})
  const old = aliasOf(state, alias)
  const change = { kind: 'alias', alias, version, from: old?.version ?? null } as const
  if (version !== null) {
    requireVersion(state, version)
    return { change, state: withAlias(state, alias, pointed(old, { version, generation })) }
  }
  const rest = Object.fromEntries(Object.entries(state.aliases).filter(([name]) => name !== alias))
  return { change, state: { ...state, aliases: rest } }
}

export interface PromotionAsk {
  readonly version: number
  /** The champion that must still be there: what the caller saw. */
  readonly expected: number | null
  readonly isForced: boolean
  /** The gate's, to be told where it is refused. */
  readonly reasons: readonly string[]
}

/** Makes a version the champion, where it is blessed against the champion of now, or forced against the one that was seen. */
export function promoted(state: RegistryState, ask: PromotionAsk, generation: number): Decision {
  const { version, isForced } = ask
  const known = requireVersion(state, version)
  const { verdict } = known
  const old = aliasOf(state, champion)
  const from = old?.version ?? null
  if (from === version) throw championAlready({ version })
  if (!isForced && (verdict === null || verdict.word === 'NOT_BLESSED'))
    throw notBlessed({ version, got: verdict?.word ?? 'no verdict', reasons: ask.reasons })
  const seen = isForced ? [ask.expected] : [ask.expected, verdict?.champion ?? null]
  const moved = seen.find((expected) => expected !== from)
  if (moved !== undefined) throw championMoved({ version, expected: versionText(moved), got: versionText(from) })
  return {
    change: { kind: 'promote', version, from, isForced },
    state: withAlias(
      withVersion(state, version, { ...known, isForced }),
      champion,
      pointed(old, { version, generation }),
    ),
  }
}

/** Brings the champion before back, where the champion is still the one that the caller saw. */
export function rolledBack(state: RegistryState, seen: AliasState | undefined, generation: number): Decision {
  const now = aliasOf(state, champion)
  const version = seen && rollbackTarget(seen)
  if (seen === undefined || version === undefined)
    throw rollbackNothing({ champion: versionText(seen?.version ?? null) })
  if (now?.generation !== seen.generation)
    throw championMoved({ version, expected: versionText(seen.version), got: versionText(now?.version ?? null) })
  const before = seen.before.slice(seen.before.indexOf(version) + 1)
  return {
    change: { kind: 'rollback', version, from: seen.version },
    state: withAlias(state, champion, { version, generation, before }),
  }
}

/** Where a rollback of an alias leads. */
export const rollbackTarget = ({ version, before }: AliasState): number | undefined =>
  before.find((number) => number !== version)

/** Removes versions that no alias names. */
export function removed(state: RegistryState, versions: readonly number[]): Decision {
  for (const version of versions) {
    requireVersion(state, version)
    const aliases = aliasesOf(state, version)
    if (aliases.length > 0) throw versionNamed({ version, aliases })
  }
  const kept = Object.entries(state.versions).filter(([number]) => !versions.includes(Number(number)))
  const aliases = Object.entries(state.aliases).map(([name, alias]): [string, AliasState] => {
    return [name, { ...alias, before: alias.before.filter((number) => !versions.includes(number)) }]
  })
  return {
    change: { kind: 'remove', versions },
    state: { ...state, versions: Object.fromEntries(kept), aliases: Object.fromEntries(aliases) },
  }
}

/** Versions beyond the newest `keep` that no alias names and no rollback would lead to. */
export function expired(state: RegistryState, keep: number): number[] {
  const needed = new Set(Object.values(state.aliases).flatMap((alias) => [alias.version, rollbackTarget(alias)]))
  return versionNumbers(state)
    .reverse()
    .slice(keep)
    .filter((version) => !needed.has(version))
    .reverse()
}

/** Names of the aliases of a version. */
export const aliasesOf = (state: RegistryState, version: number): string[] =>
  Object.keys(state.aliases).filter((name) => aliasOf(state, name)?.version === version)

/** A version of the state; throws `REGISTRY_VERSION_UNKNOWN`. */
export function requireVersion(state: RegistryState, version: number): VersionState {
  const known = versionOf(state, version)
  if (!known) throw versionUnknown({ asked: String(version), known: knownText(state) })
  return known
}

/** What a registry holds, in a few words. */
export function knownText(state: RegistryState): string {
  const numbers = versionNumbers(state)
  const aliases = Object.keys(state.aliases).map((name) => `, ${name}`)
  if (numbers.length === 0) return 'no versions'
  return `${numbers.length > 10 ? `${String(numbers.length)} versions up to ` : ''}${numbers.slice(-10).join(', ')}${aliases.join('')}`
}

function requireName(name: string): void {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw nameInvalid({ name })
}

function pointed(old: AliasState | undefined, now: Omit<AliasState, 'before'>): AliasState {
  return { ...now, before: old ? [old.version, ...old.before].slice(0, longestBefore) : [] }
}

const withVersion = (state: RegistryState, version: number, value: VersionState): RegistryState => ({
  ...state,
  versions: { ...state.versions, [String(version)]: value },
})

const withAlias = (state: RegistryState, name: string, value: AliasState): RegistryState => ({
  ...state,
  aliases: { ...state.aliases, [name]: value },
})

const versionText = (version: number | null): string =>
  version === null ? 'no champion' : `version ${String(version)}`
