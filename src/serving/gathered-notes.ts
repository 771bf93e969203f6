/** Records that nobody waits for, gathered for some milliseconds so that one sync serves all of them. */
import type { LoggedEvent } from '../events/index.js'

export interface GatheredNotes {
  add(event: LoggedEvent): void
  /** Hands over what is gathered, now. */
  flush(): void
  /** Records that are gathered. */
  readonly size: number
}

/** So long a note waits for others. A crash loses as much. */
const gatherMs = 20

export function gatherNotes(write: (notes: readonly LoggedEvent[]) => void): GatheredNotes {
  let notes: LoggedEvent[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const gathered = notes
    notes = []
    if (gathered.length > 0) write(gathered)
  }
  return {
    add(event) {
      notes.push(event)
      timer ??= setTimeout(flush, gatherMs)
    },
    flush,
    get size() {
      return notes.length
    },
  }
}
