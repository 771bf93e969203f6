/** What events change in a state store, as plain rows: pure, so that every database writes the same. */
import type { ItemEvent, JsonValues, LoggedEvent } from './logged-event.js'
import type { PastEntry } from './past-events.js'
import { pastEntryOf } from './past-events.js'
import type { StoredItem, StoredUser } from './state-store.js'
import { featuresOf } from './state-store.js'

/** What is known before the events, of the users and items that they name. */
export interface KnownState {
  readonly users: ReadonlyMap<string, StoredUser>
  readonly items: ReadonlyMap<string, StoredItem>
  /** By `pastKey`. */
  readonly pastCounts: ReadonlyMap<string, PastCount>
}

/** How many lists, or actions, of a user were ever recorded. */
export interface PastCount {
  readonly user: string
  readonly isAction: boolean
  readonly n: number
}

/** A part of the past in its place: places of a user and kind are taken in turn, so the newest takes that of the oldest. */
export interface PastRow extends PastEntry {
  readonly isAction: boolean
  readonly slot: number
  /** How many of this user and kind came before it. */
  readonly ordinal: number
}

export interface StateChanges {
  /** Users whose features and past go before anything else is written. */
  readonly erased: readonly string[]
  readonly users: readonly StoredUser[]
  readonly items: readonly StoredItem[]
  readonly past: readonly PastRow[]
  readonly pastCounts: readonly PastCount[]
}

export const pastKey = (user: string, isAction: boolean): string => `${isAction ? 'action' : 'impression'} ${user}`

/** A text that every database can hold: a NUL character and half a surrogate pair become U+FFFD. */
export const storable = (text: string): string => text.replace(unstorable, '\uFFFD')
const unstorable = /[\0\p{Surrogate}]/gu

/** Whose state the changes depend on: users and items by their features, users who did or saw something by their pasts. */
export function namedBy(events: readonly LoggedEvent[]): { users: string[]; items: string[]; pasts: string[] } {
  const users = events.flatMap((event) => (event.type === 'user' ? [storable(event.user)] : []))
  const items = events.flatMap((event) => (event.type === 'item' ? [storable(event.item)] : []))
  const pasts = events.flatMap((event) => storableEntry(event).map(({ user }) => user))
  return { users: [...new Set(users)], items: [...new Set(items)], pasts: [...new Set(pasts)] }
}

/** What a list of events changes, in their order. */
export function changesOf(events: readonly LoggedEvent[], known: KnownState, pastPerUser: number): StateChanges {
  const erased = new Set<string>()
  const users = new Map<string, StoredUser>()
  const items = new Map<string, StoredItem>()
  let past: PastEntry[] = []
  for (const event of events) {
    past.push(...storableEntry(event))
    if (event.type === 'user') {
      const id = storable(event.user)
      const before = users.get(id) ?? (erased.has(id) ? undefined : known.users.get(id))
      users.set(id, { id, features: merged(before?.features, event.features) })
    } else if (event.type === 'item') {
      const id = storable(event.item)
      items.set(id, mergedItem(id, items.get(id) ?? known.items.get(id), event))
    } else if (event.type === 'erased') {
      const id = storable(event.user)
      erased.add(id)
      users.delete(id)
      past = past.filter(({ user }) => user !== id)
    }
  }
  const counts = new Map([...known.pastCounts].filter(([, { user }]) => !erased.has(user)))
  return {
    erased: [...erased],
    users: [...users.values()],
    items: [...items.values()],
    ...placed(past, counts, pastPerUser),
  }
}

function mergedItem(id: string, before: StoredItem | undefined, event: ItemEvent): StoredItem {
  return {
    id,
    title: event.title === undefined ? (before?.title ?? null) : storable(event.title),
    isHidden: event.isHidden ?? before?.isHidden ?? false,
    featuresText: JSON.stringify(merged(before && featuresOf(before), event.features)),
  }
}

/** Features over those before; a `null` takes its feature away. */
function merged(before: JsonValues | undefined, features: JsonValues): JsonValues {
  return Object.fromEntries(Object.entries({ ...before, ...features }).filter(([, value]) => value !== null))
}

/** What an event adds to the past, as every database can hold it. */
function storableEntry(event: LoggedEvent): PastEntry[] {
  const entry = pastEntryOf(event)
  if (!entry) return []
  const { user, items, moment, kind, requestId } = entry
  const orNull = (text: string | null): string | null => (text === null ? null : storable(text))
  return [
    { user: storable(user), items: items.map(storable), moment, kind: orNull(kind), requestId: orNull(requestId) },
  ]
}

/** Gives entries their slots; of more than there are slots for, the newest stay. */
function placed(
  entries: readonly PastEntry[],
  counts: ReadonlyMap<string, PastCount>,
  pastPerUser: number,
): Pick<StateChanges, 'past' | 'pastCounts'> {
  const bySlot = new Map<string, PastRow>()
  const touched = new Map<string, PastCount>()
  for (const entry of entries) {
    const isAction = entry.kind !== null
    const key = pastKey(entry.user, isAction)
    const ordinal = (touched.get(key) ?? counts.get(key))?.n ?? 0
    touched.set(key, { user: entry.user, isAction, n: ordinal + 1 })
    const slot = ordinal % pastPerUser
    bySlot.set(`${String(slot)} ${key}`, { ...entry, isAction, slot, ordinal })
  }
  return { past: [...bySlot.values()], pastCounts: [...touched.values()] }
}
