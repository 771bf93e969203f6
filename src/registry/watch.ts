/**
 * Following an alias from another process: one look at one file name now and then. File system events do not cross hosts on shared
 * file systems; a name that is asked for does.
 */
import type { Journal } from './journal.js'
import { aliasOf } from './journal-entry.js'

export interface AliasChange {
  /** `null`: the alias was taken away. */
  readonly version: number | null
  /** Directory of the version's bundle. */
  readonly directory: string | null
  /** Of the entry that set it: a change there and back is a change. */
  readonly generation: number
}

export interface WatchOptions {
  /** Default 1000. */
  readonly intervalMs?: number
  onChange(change: AliasChange): void
  /** A look that failed, by a network that is away for example; the watch goes on. */
  onError(error: unknown): void
}

export interface AliasWatch {
  /** What the alias named at the last look. */
  current(): AliasChange
  close(): void
}

export interface WatchedAlias {
  readonly journal: Journal
  readonly alias: string
  locate(version: number): string
}

/** Starts to follow an alias; what it names already is no change. */
export function watchAlias(watched: WatchedAlias, { intervalMs = 1000, onChange, onError }: WatchOptions): AliasWatch {
  let { seen, change } = look(watched)
  const timer = setInterval(() => {
    try {
      if (!watched.journal.hasAfter(seen)) return
      const next = look(watched)
      const isChanged = next.change.version !== change.version || next.change.generation !== change.generation
      ;({ seen, change } = next)
      if (isChanged) onChange(change)
    } catch (error) {
      onError(error)
    }
  }, intervalMs)
  return {
    current: () => change,
    close: () => {
      clearInterval(timer)
    },
  }
}

function look({ journal, alias, locate }: WatchedAlias): { seen: number; change: AliasChange } {
  const newest = journal.newest()
  const named = newest ? aliasOf(newest.state, alias) : undefined
  const change = named
    ? { version: named.version, directory: locate(named.version), generation: named.generation }
    : { version: null, directory: null, generation: 0 }
  return { seen: newest?.generation ?? 0, change }
}
