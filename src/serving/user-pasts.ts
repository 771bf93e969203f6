/**
 * What a request may know of the past, kept up to date by the event stream: the definitions that preparation executes in the database. What is
 * of one user alone is made of that user's stored events when it is asked for, so that memory is bounded; what compares with everyone
 * follows all events.
 */
import type { PastEvent, StateStore } from '../events/index.js'
import type { Past, PastDefinition, PastValue } from '../features/index.js'
import { createPast } from '../features/index.js'
import { createBoundedMap } from './bounded-map.js'

export interface UserPast {
  /** The value of each definition, by name. */
  readonly values: Readonly<Record<string, PastValue>>
  /** Items that the user acted on, the oldest first. */
  readonly acted: readonly string[]
}

export interface UserPasts {
  /** Takes what has just become known. */
  record(events: readonly PastEvent[]): void
  /** What is known of a user at a moment. */
  of(user: string, moment: number): Promise<UserPast>
  forget(user: string): void
}

/** Users whose past is kept in memory. */
const remembered = 10_000
/** Events of a user in memory; with more the user is read again from the store, which keeps the newest 2,000. */
const mostEvents = 4000

interface Remembered {
  readonly past: Past
  readonly acted: string[]
  events: number
}

/** Whether a definition needs no events but those of the user. */
const isOwn = ({ take, by }: PastDefinition): boolean => take !== 'rate' && by.includes('user')

/** Opens the pasts over a store; reads all of it once where a definition needs everyone's. */
export async function openUserPasts(store: StateStore, definitions: readonly PastDefinition[]): Promise<UserPasts> {
  const own = definitions.filter(isOwn)
  // What belongs to items alone is no matter of a request: it is among the features of items.
  const shared = definitions.filter((definition) => !isOwn(definition) && definition.by.includes('user'))
  const everyone = createPast(shared)
  if (shared.length > 0) {
    for await (const page of store.past(0)) for (const event of page) everyone.record(event)
  }
  const users = createBoundedMap<string, Remembered>(remembered)
  const loading = new Set<string>()
  const load = async (user: string): Promise<Remembered> => {
    const loaded = { past: createPast(own), acted: [], events: 0 }
    loading.add(user)
    for (const event of await store.pastOf(user)) add(loaded, event)
    // What became known while the store was read may be in it or not: then the next request reads again.
    if (loading.delete(user)) users.set(user, loaded)
    return loaded
  }
  return {
    record(events) {
      for (const event of events) {
        if (shared.length > 0) everyone.record(event)
        const known = users.get(event.user)
        if (known) add(known, event)
        if (known && known.events > mostEvents) users.delete(event.user)
        loading.delete(event.user)
      }
    },
    async of(user, moment) {
      const { past, acted } = users.get(user) ?? (await load(user))
      const request = { user, item: null, moment }
      return { values: { ...past.valuesAt(request), ...everyone.valuesAt(request) }, acted }
    },
    forget(user) {
      users.delete(user)
      loading.delete(user)
    },
  }
}

function add(known: Remembered, event: PastEvent): void {
  known.events++
  known.past.record(event)
  if (event.kind !== null) known.acted.push(event.item)
}
