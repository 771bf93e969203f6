/**
 * Group commit: what is appended while a write runs goes out together with the next one, so that one sync serves many. An id that is
 * on its way counts as a duplicate, but is acknowledged only with the write that carries it.
 */
import type { AppendResult } from './event-log.js'
import type { IdHash, IdMemory } from './id-memory.js'
import { idHash } from './id-memory.js'
import { lineOf } from './log-line.js'
import type { LoggedEvent } from './logged-event.js'

interface Commit {
  readonly lines: Buffer[]
  readonly ids: string[]
  /** Settles when the lines are on disk, or are not going to be. */
  readonly done: Promise<void>
}

export interface GroupCommit {
  append(events: readonly LoggedEvent[]): Promise<AppendResult>
}

export interface CommitTarget {
  readonly memory: IdMemory
  /** Runs some work when the work before it is done. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  write(lines: Buffer, hashes: readonly IdHash[]): Promise<void>
}

export function createGroupCommit({ memory, inTurn, write }: CommitTarget): GroupCommit {
  /** The commit that waits for its turn and can still take lines. */
  let waiting: Commit | null = null
  const onTheWay = new Map<string, Commit>()

  const begin = (): Commit => {
    const lines: Buffer[] = []
    const ids: string[] = []
    const done = inTurn(async () => {
      waiting = null
      const hashes = ids.map(idHash)
      try {
        await write(Buffer.concat(lines), hashes)
        for (const hash of hashes) memory.add(hash)
      } finally {
        for (const id of ids) onTheWay.delete(id)
      }
    })
    return { lines, ids, done }
  }

  return {
    async append(events) {
      const fresh = new Map<string, Buffer>()
      for (const event of events) {
        const isKnown = fresh.has(event.id) || onTheWay.has(event.id) || memory.has(idHash(event.id))
        if (!isKnown) fresh.set(event.id, lineOf(event))
      }
      for (const [id, line] of fresh) {
        waiting ??= begin()
        waiting.lines.push(line)
        waiting.ids.push(id)
        onTheWay.set(id, waiting)
      }
      const commits = new Set(events.flatMap(({ id }) => onTheWay.get(id) ?? []))
      await Promise.all([...commits].map(({ done }) => done))
      return { accepted: fresh.size, duplicates: events.length - fresh.size }
    },
  }
}
