/** Records that nobody waits for, gathered for a moment so that one sync serves all of it. */
import type { LoggedEvent } from '../events/index.js'

export interface GatheredNotes {
  /** Records that are not on their way yet. */
  readonly size: number
  add(event: LoggedEvent): void
  /** Sends what has gathered on its way. */
  flush(): void
}

/** Milliseconds that a record waits for others; a crash loses as much. */
const gatherMs = 20

export function createGatheredNotes(write: (events: readonly LoggedEvent[]) => void): GatheredNotes {
  let gathered: LoggedEvent[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const events = gathered
    gathered = []
    if (events.length > 0) write(events)
  }
  return {
    get size() {
      return gathered.length
    },
    add(event) {
      gathered.push(event)
      timer ??= setTimeout(flush, gatherMs)
    },
    flush,
  }
}
