/**
 * What the server knows, made of what happened: events go to the log, and from the log, in its order, into the store, the catalogue and the
 * pasts. What was acknowledged is on disk and seen by the next request; what a crash left unapplied is applied at the next start.
 */
import type { EventLog, LoggedEvent, PastEvent, ServedEvent, StateStore, StoredItem } from '../events/index.js'
import { followLog, pastEventsOf } from '../events/index.js'
import type { ErasedUsers } from './erased-users.js'
import { createErasedUsers } from './erased-users.js'
import type { GatheredNotes } from './gathered-notes.js'
import { gatherNotes } from './gathered-notes.js'
import type { ItemCatalogue } from './item-catalogue.js'
import type { LogClock } from './log-clock.js'
import { createLogClock } from './log-clock.js'
import type { LogWriter } from './log-writer.js'
import { createLogWriter } from './log-writer.js'
import type { ShownItems } from './shown-items.js'
import { createShownItems } from './shown-items.js'

export interface LiveStateParts {
  readonly log: EventLog
  readonly store: StateStore
  readonly catalogue: ItemCatalogue
  /** Milliseconds since 1970. */
  now(): number
}

export interface LiveStateListener {
  /** Items that are new or have changed, by index. */
  onItems(indexes: readonly number[]): void
  onPast(events: readonly PastEvent[]): void
  onErased(user: string): void
  /** Records that the server wrote for itself, and nobody waits for, could not be written; 0: they could not be applied yet. */
  onLost(error: unknown, records: number): void
}

export interface LiveState {
  /** The moment of a request: everything known before it is applied, and it stays so. */
  moment(): number
  /** Writes the events that are made for the moment at which they become known; resolves when they are on disk and applied. */
  record(make: (moment: number) => readonly LoggedEvent[]): Promise<{ accepted: number; duplicates: number }>
  /**
   * Writes what was served and its request has not shown yet, without anyone waiting; false: the user was erased since the request began, in `performance.now()`, and nothing of it is
   * to be kept.
   */
  note(begun: number, make: (moment: number) => ServedEvent): boolean
  erase(user: string): Promise<void>
  /** Records that are on their way to the disk. */
  readonly pending: number
  close(): Promise<void>
}

/** Applies what the log has and the store has not, and goes on from there. */
export async function openLiveState(parts: LiveStateParts, listener: LiveStateListener): Promise<LiveState> {
  const { log, store } = parts
  const follower = followLog(log, store, (events) => tell(parts, listener, events))
  await follower.catchUp()
  const clock = createLogClock(() => parts.now())
  const shown = await recallShown(store)
  const writer = createLogWriter(log, follower, clock)
  const notes = notesInto(writer, listener)
  const erased = createErasedUsers()
  return {
    moment: () => clock.moment(),
    get pending() {
      return writer.pending + notes.size
    },
    async record(make) {
      // What was shown stands in the log before what was done with it.
      notes.flush()
      const moment = clock.stamp()
      const events = make(moment).map((event) => (event.type === 'impression' ? shown.confirm(event) : event))
      const result = await writer.append(events)
      await writer.apply(events)
      return result
    },
    note: notingInto({ notes, clock, shown, erased }),
    async erase(user) {
      erased.begin(user)
      // What was shown to the user goes with everything else.
      notes.flush()
      try {
        await log.erase(user)
        await follower.catchUp()
      } finally {
        erased.end(user)
      }
    },
    async close() {
      notes.flush()
      await notes.written()
      // So that the next start has nothing to read again.
      await writer.apply([]).catch((error: unknown) => {
        listener.onLost(error, 0)
      })
      await log.close()
      await store.close()
    },
  }
}

interface NotingParts {
  readonly notes: GatheredNotes
  readonly clock: LogClock
  readonly shown: ShownItems
  readonly erased: ErasedUsers
}

function notingInto({ notes, clock, shown, erased }: NotingParts): LiveState['note'] {
  return (begun, make) => {
    const moment = clock.stamp()
    const event = make(moment)
    if (erased.wasReadBy(event.user, begun)) {
      clock.settle([moment])
      return false
    }
    const news = shown.served(event)
    if (news) notes.add(news)
    else clock.settle([moment])
    return true
  }
}

/** Served lists are applied together, so often: one alone costs six times its share. */
const applyMs = 250

interface Notes extends GatheredNotes {
  /** Settles when all that was handed over is on disk, or is not going to be; nothing is applied by itself any more. */
  written(): Promise<void>
}

function notesInto(writer: LogWriter, listener: LiveStateListener): Notes {
  let written: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const apply = (): void => {
    timer = undefined
    writer.apply([]).catch((error: unknown) => {
      listener.onLost(error, 0)
    })
  }
  const write = async (gathered: readonly LoggedEvent[]): Promise<void> => {
    try {
      await writer.append(gathered)
    } catch (error) {
      listener.onLost(error, gathered.length)
      return
    }
    writer.defer(gathered)
    timer ??= setTimeout(apply, applyMs).unref()
  }
  const notes = gatherNotes((gathered) => {
    const own = write(gathered)
    written = written.then(() => own)
  })
  return Object.assign(notes, {
    written: async () => {
      await written
      clearTimeout(timer)
    },
  })
}

/** Lists of before the start that impressions may still confirm: some tens of milliseconds of reading. */
const recalledLists = 5000

async function recallShown(store: StateStore): Promise<ShownItems> {
  const shown = createShownItems()
  for (const list of (await store.newestLists(recalledLists)).toReversed()) shown.add(list)
  return shown
}

/** Tells what has changed, the catalogue first. */
async function tell(
  { store, catalogue }: LiveStateParts,
  listener: LiveStateListener,
  events: readonly LoggedEvent[],
): Promise<void> {
  const items = new Set(events.flatMap((event) => (event.type === 'item' ? [event.item] : [])))
  const stored = await Promise.all([...items].map((id) => store.item(id)))
  const indexes = stored.filter((item): item is StoredItem => item !== null).map((item) => catalogue.put(item))
  if (indexes.length > 0) listener.onItems(indexes)
  const past = events.flatMap(pastEventsOf)
  if (past.length > 0) listener.onPast(past)
  for (const event of events) if (event.type === 'erased') listener.onErased(event.user)
}
