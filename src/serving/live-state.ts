/**
 * What the server knows, made of what happened: events go to the log, and from the log, in its order, into the store, the catalogue and the
 * pasts. What was acknowledged is on disk and seen by the next request; what a crash left unapplied is applied at the next start.
 */
import type { EventLog, LoggedEvent, PastEvent, StateStore, StoredItem } from '../events/index.js'
import { createGatheredNotes } from './gathered-notes.js'
import type { ItemCatalogue } from './item-catalogue.js'
import { createLogApplier } from './log-applier.js'

export interface LiveStateParts {
  readonly log: EventLog
  readonly store: StateStore
  readonly catalogue: ItemCatalogue
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
  /** Writes events; resolves when they are on disk and applied. */
  record(events: readonly LoggedEvent[]): Promise<{ accepted: number; duplicates: number }>
  /** Writes without anyone waiting: what was served. */
  note(event: LoggedEvent): void
  erase(user: string): Promise<void>
  /** Records that are on their way to the disk. */
  readonly pending: number
  close(): Promise<void>
}

/** How often the store follows what was noted: a restart has so much to read at most. */
const lookMs = 1000

/** Applies what the log has and the store has not, and goes on from there. */
export async function openLiveState(parts: LiveStateParts, listener: LiveStateListener): Promise<LiveState> {
  const { log, store } = parts
  const applier = await createLogApplier(parts, (events) => tell(parts, listener, events))
  await applier.catchUp()
  let pending = 0
  let noted = 0
  const looks = setInterval(() => {
    if (noted === 0) return
    noted = 0
    applier.catchUp().catch((error: unknown) => {
      listener.onLost(error, 0)
    })
  }, lookMs).unref()
  const append = async (events: readonly LoggedEvent[]): ReturnType<EventLog['append']> => {
    pending++
    try {
      return await log.append(events)
    } finally {
      pending--
    }
  }
  const notes = createGatheredNotes((events) => {
    append(events).catch((error: unknown) => {
      listener.onLost(error, events.length)
    })
  })
  return {
    get pending() {
      return pending + notes.size
    },
    async record(events) {
      // What was shown stands in the log before what was done with it.
      notes.flush()
      const result = await append(events)
      await applier.catchUp()
      return result
    },
    note(event) {
      noted++
      notes.add(event)
    },
    async erase(user) {
      // What was shown to the user goes with everything else.
      notes.flush()
      await log.erase(user)
      await applier.catchUp()
      await store.deleteUser(user)
      listener.onErased(user)
    },
    async close() {
      clearInterval(looks)
      notes.flush()
      await log.close()
      await applier.idle()
      await store.close()
    },
  }
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
  const past = events.flatMap(pastOf)
  if (past.length > 0) listener.onPast(past)
  for (const event of events) if (event.type === 'erased') listener.onErased(event.user)
}

/** What an event is to the past: an impression of each item, or an action. It counts from when it was known. */
function pastOf(event: LoggedEvent): PastEvent[] {
  const { received: moment } = event
  if (event.type === 'interaction') return [{ user: event.user, item: event.item, moment, kind: event.action }]
  if (event.type !== 'impression') return []
  return event.items.map(({ id }) => ({ user: event.user, item: id, moment, kind: null }))
}
