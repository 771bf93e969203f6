/** What the journal of a registry says: each entry tells one change, and all that is so after it. */
import { createHash } from 'node:crypto'

/** The gate's word on a version. `RUBBER_STAMPED`: there was no champion to compare with. */
export type VerdictWord = 'BLESSED' | 'NOT_BLESSED' | 'RUBBER_STAMPED'

/** What the gate yields: its word, why, and whatever else it has measured. */
export interface GateVerdict {
  readonly verdict: VerdictWord
  readonly reasons: readonly unknown[]
}

export interface VersionState {
  readonly publishedAt: string
  /** SHA-256 of the version's `manifest.json`. */
  readonly checksum: string
  readonly tags: Readonly<Record<string, string>>
  /** The newest verdict; `generation` is the entry that tells all of it. */
  readonly verdict: {
    readonly word: VerdictWord
    readonly champion: number | null
    readonly generation: number
  } | null
  /** Whether its latest promotion was without a blessing. */
  readonly isForced: boolean
}

export interface AliasState {
  readonly version: number
  /** The entry that set it: grows with every change, so that there and back again is seen. */
  readonly generation: number
  /** Versions it named before, the newest first: where a rollback leads. */
  readonly before: readonly number[]
}

export interface RegistryState {
  /** The highest number ever given: numbers of removed versions do not come back. */
  readonly lastVersion: number
  readonly versions: Readonly<Record<string, VersionState>>
  readonly aliases: Readonly<Record<string, AliasState>>
}

export type Change =
  | { readonly kind: 'publish'; readonly version: number }
  | { readonly kind: 'tag'; readonly version: number; readonly tags: Readonly<Record<string, string | null>> }
  | {
      readonly kind: 'verdict'
      readonly version: number
      readonly champion: number | null
      readonly verdict: GateVerdict
    }
  | { readonly kind: 'alias'; readonly alias: string; readonly version: number | null; readonly from: number | null }
  | {
      readonly kind: 'promote'
      readonly version: number
      readonly from: number | null
      readonly isForced: boolean
    }
  | { readonly kind: 'rollback'; readonly version: number; readonly from: number }
  | { readonly kind: 'remove'; readonly versions: readonly number[] }

export interface JournalEntry {
  readonly formatVersion: number
  /** From 1, without gaps. */
  readonly generation: number
  /** Random: by it a writer knows its own entry. */
  readonly id: string
  /** ISO 8601, of the writer's clock. */
  readonly at: string
  readonly by: string
  readonly reason: string | null
  readonly change: Change
  /** All that is so after the change. */
  readonly state: RegistryState
}

export const emptyState: RegistryState = { lastVersion: 0, versions: {}, aliases: {} }

/** A version of the state, by number. */
export const versionOf = (state: RegistryState, version: number): VersionState | undefined =>
  state.versions[String(version)]

/** An alias of the state; names such as `constructor` are no aliases of themselves. */
export const aliasOf = (state: RegistryState, name: string): AliasState | undefined =>
  Object.hasOwn(state.aliases, name) ? state.aliases[name] : undefined

/** Numbers of all versions, ascending. */
export const versionNumbers = (state: RegistryState): number[] =>
  Object.keys(state.versions)
    .map(Number)
    .sort((a, b) => a - b)

/** An entry as the text of its file, with its checksum. */
export const entryText = (entry: JournalEntry): string =>
  `${JSON.stringify({ ...entry, checksum: entryChecksum(entry) }, null, 1)}\n`

/** SHA-256 of an entry without its checksum, as JSON without spaces. */
export const entryChecksum = (entry: object): string => createHash('sha256').update(JSON.stringify(entry)).digest('hex')
