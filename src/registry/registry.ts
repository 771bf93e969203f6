/**
 * The registry: a directory of versions that never change, and a journal of what is said about them. Any number of processes, on any
 * number of hosts, may write and read it at once.
 */
import { join, resolve } from 'node:path'
import { userInfo } from 'node:os'
import {
  aliased,
  champion,
  expired,
  judged,
  knownText,
  promoted,
  published,
  removed,
  requireVersion,
  rollbackTarget,
  rolledBack,
  tagged,
} from './changes.js'
import { rollbackNothing, versionUnknown } from './errors.js'
import { openJournal } from './journal.js'
import type { Journal, Signature } from './journal.js'
import { aliasOf, emptyState } from './journal-entry.js'
import type { GateVerdict, JournalEntry, RegistryState } from './journal-entry.js'
import { removeDirectory, sweep } from './sweep.js'
import { readRecord, verifyVersion, versionDirectory, writeVersion } from './version-directory.js'
import type { VersionContents, VersionRecord } from './version-directory.js'
import { watchAlias } from './watch.js'
import type { AliasWatch, WatchOptions } from './watch.js'

/** Who does it and why; both go to the journal. */
export interface Author {
  /** Default: the user of the operating system. */
  readonly by?: string | undefined
  readonly reason?: string | undefined
}

/** Of changes of the champion, which must say why. */
export interface AccountableAuthor extends Author {
  readonly reason: string
}

export interface Promotion extends AccountableAuthor {
  /** Promote without a blessing; the journal and the version keep it. */
  readonly isForced?: boolean
  /** The champion that must still be there. Default: that of this moment; the one a verdict was about is asked for in any case. */
  readonly expected?: number | null | undefined
  /** A last trial of a version that may be promoted; what it throws leaves the champion as it is. */
  tryOut?(resolved: ResolvedVersion): Promise<void>
}

export interface ResolvedVersion {
  readonly version: number
  /** Directory of its bundle. */
  readonly directory: string
}

export interface StoredVerdict {
  readonly verdict: GateVerdict
  readonly champion: number | null
  readonly at: string
  readonly by: string
}

export interface Registry {
  readonly directory: string
  /** Whether anything was ever published. */
  exists(): boolean
  /** All that is so now; throws `REGISTRY_MISSING` where nothing was ever published. */
  state(): RegistryState
  /** Every change, the oldest first. */
  entries(): JournalEntry[]
  /** Copies a bundle into a new version, verifies it and returns its number. */
  publish(contents: VersionContents, author?: Author & { readonly tags?: Record<string, string> }): Promise<number>
  /** Finds a version by number or alias; throws `REGISTRY_VERSION_UNKNOWN`. Reads no file of it. */
  resolve(asked: string | number): ResolvedVersion
  /** What is known of a version, verified; its bundle is not read. */
  record(version: number): Promise<VersionRecord>
  /** Verifies every file of a version; throws with the name of the first that is damaged. */
  verify(version: number): Promise<VersionRecord>
  tag(version: number, tags: Record<string, string | null>, author?: Author): void
  /** Points an alias at a version, `null` takes it away; `champion` is for `promote` and `rollback` alone. */
  setAlias(alias: string, version: number | null, author?: Author): void
  /** Keeps the gate's verdict on a version, judged against a champion. The newest counts; the journal has them all. */
  recordVerdict(version: number, verdict: GateVerdict, author: Author & { readonly champion: number | null }): void
  /** The newest verdict on a version. */
  verdictOf(version: number): StoredVerdict | null
  /** Makes a version the champion once all its files are verified; throws `REGISTRY_NOT_BLESSED` or `REGISTRY_CHAMPION_MOVED`. */
  promote(version: number, promotion: Promotion): Promise<JournalEntry>
  /** Brings the champion before back, verified; throws `REGISTRY_ROLLBACK_NOTHING` or `REGISTRY_CHAMPION_MOVED`. */
  rollback(author: AccountableAuthor): Promise<JournalEntry>
  /** Removes versions without alias, and what crashes have left. */
  remove(versions: readonly number[], author?: Author): void
  /** Removes all but the newest `keep`, those with an alias, and where a rollback of an alias would lead; returns what went. */
  retain(keep: number, author?: Author): number[]
  /** Tells of every change of an alias, made by whatever process on whatever host. */
  watch(alias: string, options: WatchOptions): AliasWatch
}

export interface RegistryOptions {
  /** Default: the system's clock. */
  now?(): Date
}

/** Opens a registry; the directory is made by the first publication. */
export function openRegistry(path: string, { now = () => new Date() }: RegistryOptions = {}): Registry {
  const directory = resolve(path)
  const journal = openJournal(directory)
  const state = (): RegistryState => journal.newest()?.state ?? emptyState
  const sign = ({ by, reason }: Author): Signature => ({
    at: now().toISOString(),
    by: by ?? userName(),
    reason: reason ?? null,
  })
  const read = versionReader(directory, state)
  const verify = read(verifyVersion)

  const find = (asked: string | number): ResolvedVersion => resolveVersion(directory, state(), asked)
  const desk: Desk = { journal, state, sign, verify, resolve: find }
  return {
    directory,
    exists: () => journal.exists(),
    state,
    record: read(readRecord),
    verify,
    entries: () => journal.entries(),
    resolve: find,
    async publish(contents, { tags = {}, ...author } = {}) {
      const firstFree = lastVersion(journal) + 1
      const written = await writeVersion(directory, contents, firstFree)
      const signature = sign(author)
      journal.commit(signature, (known) => published(known, { ...written, at: signature.at, tags }))
      return written.version
    },
    tag: (version, tags, author = {}) => void journal.commit(sign(author), (known) => tagged(known, version, tags)),
    setAlias: (alias, version, author = {}) =>
      void journal.commit(sign(author), (known, generation) => aliased(known, { alias, version }, generation)),
    recordVerdict: (version, verdict, { champion: against, ...author }) =>
      void journal.commit(sign(author), (known, generation) =>
        judged(known, { version, verdict, champion: against }, generation),
      ),
    verdictOf: (version) => verdictOf(journal, requireVersion(state(), version).verdict?.generation),
    promote: (version, promotion) => promoteVersion(desk, version, promotion),
    rollback: (author) => rollBack(desk, author),
    remove(versions, author = {}) {
      journal.commit(sign(author), (known) => removed(known, versions))
      for (const version of versions) removeDirectory(directory, versionDirectory(directory, version))
      sweep(directory, state(), now())
    },
    retain(keep, author = {}) {
      const versions = expired(state(), keep)
      if (versions.length > 0) this.remove(versions, author)
      return versions
    },
    watch: (alias, options) =>
      watchAlias(
        { journal, alias, locate: (version) => join(versionDirectory(directory, version), 'bundle') },
        options,
      ),
  }
}

type ReadVersion = (path: string, checksum: string) => Promise<VersionRecord>

/** Ways of reading a version; where another process removes it meanwhile, the fault is that it is not there. */
function versionReader(directory: string, state: () => RegistryState) {
  const checksumOf = (version: number): string => requireVersion(state(), version).checksum
  return (read: ReadVersion) =>
    async (version: number): Promise<VersionRecord> => {
      const checksum = checksumOf(version)
      try {
        return await read(versionDirectory(directory, version), checksum)
      } catch (error) {
        checksumOf(version)
        throw error
      }
    }
}

/** What promotion and rollback need of the registry. */
interface Desk extends Pick<Registry, 'state' | 'verify' | 'resolve'> {
  readonly journal: Journal
  sign(author: Author): Signature
}

async function promoteVersion(
  desk: Desk,
  version: number,
  { isForced = false, expected, tryOut, ...author }: Promotion,
): Promise<JournalEntry> {
  const { journal, state, sign, verify } = desk
  const before = state()
  const seen = expected === undefined ? (aliasOf(before, champion)?.version ?? null) : expected
  const verdict = verdictOf(journal, requireVersion(before, version).verdict?.generation)?.verdict
  const ask = { version, isForced, expected: seen, reasons: (verdict?.reasons ?? []).map(reasonText) }
  // Asked before the files are read too: what is not blessed is told at once.
  promoted(before, ask, 0)
  await verify(version)
  await tryOut?.(desk.resolve(version))
  return journal.commit(sign(author), (known, generation) => promoted(known, ask, generation))
}

async function rollBack({ journal, state, sign, verify }: Desk, author: AccountableAuthor): Promise<JournalEntry> {
  const seen = aliasOf(state(), champion)
  const target = seen && rollbackTarget(seen)
  if (target === undefined) throw rollbackNothing({ champion: seen ? `version ${String(seen.version)}` : 'any' })
  await verify(target)
  return journal.commit(sign(author), (known, generation) => rolledBack(known, seen, generation))
}

/** The highest number given; a registry begins with the first publication. */
function lastVersion(journal: Journal): number {
  return journal.exists() ? (journal.newest()?.state.lastVersion ?? 0) : 0
}

function resolveVersion(directory: string, state: RegistryState, asked: string | number): ResolvedVersion {
  const isNumber = typeof asked === 'number' || /^\d+$/.test(asked)
  const version = isNumber ? Number(asked) : aliasOf(state, asked)?.version
  if (version === undefined) throw versionUnknown({ asked: String(asked), known: knownText(state) })
  requireVersion(state, version)
  return { version, directory: join(versionDirectory(directory, version), 'bundle') }
}

function verdictOf(journal: Journal, generation: number | undefined): StoredVerdict | null {
  if (generation === undefined) return null
  const { change, at, by } = journal.entry(generation)
  return change.kind === 'verdict' ? { verdict: change.verdict, champion: change.champion, at, by } : null
}

const reasonText = (reason: unknown): string => (typeof reason === 'string' ? reason : JSON.stringify(reason))

/** Containers run as users without a name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${String(process.getuid?.() ?? 'unknown')}`
  }
}
