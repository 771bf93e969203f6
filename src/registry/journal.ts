/**
 * The journal: the one thing in a registry that changes, and it only grows. Entry `n + 1` is a file that exactly one process can
 * make (a hard link fails where the name is taken), so changes of several hosts stand in one order, and a crash leaves the
 * entry or none. Each entry holds the whole state after it: a reader needs the newest alone. No locks, nothing to repair.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createFile, makeDirectory } from '../base/index.js'
import { formatUnknown, linksMissing, registryDamaged, registryMissing } from './errors.js'
import type { Change, JournalEntry, RegistryState } from './journal-entry.js'
import { emptyState, entryChecksum, entryText } from './journal-entry.js'

export interface Signature {
  readonly at: string
  readonly by: string
  readonly reason: string | null
}

export interface Decision {
  readonly change: Change
  readonly state: RegistryState
}

export interface Journal {
  /** The newest entry, `null` in a registry without any; throws `REGISTRY_MISSING` where there is no registry. */
  newest(): JournalEntry | null
  /** Whether anything was ever written. */
  exists(): boolean
  /** Whether there is an entry after this generation: one look at one name. */
  hasAfter(generation: number): boolean
  entry(generation: number): JournalEntry
  /** All entries, the oldest first. */
  entries(): JournalEntry[]
  /**
   * Adds the entry that `decide` makes of the newest state. Where another process was faster, `decide` is asked again with what is so
   * now: it throws what no longer may be done.
   */
  commit(signature: Signature, decide: (state: RegistryState, generation: number) => Decision): JournalEntry
}

const formatVersion = 1
const entryName = /^(\d{10})\.json$/

/** The journal of a registry's directory. */
export function openJournal(directory: string): Journal {
  const folder = join(directory, 'journal')
  const path = (generation: number): string => join(folder, `${String(generation).padStart(10, '0')}.json`)
  const at = (generation: number): JournalEntry | null =>
    existsSync(path(generation)) ? readEntry(path(generation)) : null

  /** A listing may be stale on shared file systems, a name that is asked for is not: from there on it asks by name. */
  const newestFrom = (known: JournalEntry | null): JournalEntry | null => {
    let newest = known
    for (;;) {
      const next = at((newest?.generation ?? 0) + 1)
      if (!next) return newest
      newest = next
    }
  }
  const newest = (): JournalEntry | null => {
    if (!existsSync(folder)) throw registryMissing({ directory })
    return newestFrom(at(Math.max(0, ...generationsIn(folder))))
  }

  return {
    newest,
    exists: () => existsSync(folder),
    hasAfter: (generation) => existsSync(path(generation + 1)),
    entry: (generation) => readEntry(path(generation)),
    entries: () => Array.from({ length: newest()?.generation ?? 0 }, (_, index) => readEntry(path(index + 1))),
    commit(signature, decide) {
      makeDirectory(folder)
      for (let last = newest(); ; last = newestFrom(last)) {
        const generation = (last?.generation ?? 0) + 1
        const id = randomUUID()
        const entry = { formatVersion, generation, id, ...signature, ...decide(last?.state ?? emptyState, generation) }
        const isMade = create(directory, path(generation), entry)
        // A reply that the network lost makes the writer believe that another was faster: the id tells.
        if (isMade || readEntry(path(generation)).id === id) return entry
      }
    },
  }
}

function create(directory: string, path: string, entry: JournalEntry): boolean {
  const staging = join(directory, 'staging')
  makeDirectory(staging)
  try {
    return createFile(path, entryText(entry), join(staging, `entry-${entry.id}`))
  } catch (cause) {
    if (['EPERM', 'ENOTSUP', 'ENOSYS'].includes((cause as NodeJS.ErrnoException).code ?? ''))
      throw linksMissing({ directory }, { cause })
    throw cause
  }
}

const generationsIn = (folder: string): number[] =>
  readdirSync(folder).flatMap((name) => {
    const [, digits] = entryName.exec(name) ?? []
    return digits === undefined ? [] : [Number(digits)]
  })

function readEntry(path: string): JournalEntry {
  const text = readFileSync(path, 'utf8')
  const { checksum, ...entry } = parse(path, text)
  const got = entryChecksum(entry)
  if (checksum !== got) throw registryDamaged({ file: path, expected: String(checksum), got })
  if (entry.formatVersion !== formatVersion)
    throw formatUnknown({ file: path, got: entry.formatVersion, known: formatVersion })
  return entry
}

function parse(path: string, text: string): JournalEntry & { checksum?: string } {
  try {
    return JSON.parse(text) as JournalEntry & { checksum?: string }
  } catch (cause) {
    throw registryDamaged({ file: path, expected: 'of an entry', got: text.slice(0, 16) || 'nothing' }, { cause })
  }
}
