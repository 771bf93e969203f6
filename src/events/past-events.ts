/**
 * What counts as past: an action, and an item once a user was shown it. A served list was shown from when its answer was given; what
 * an impression confirms of it counted then, and counts no second time. `export-events` writes the same as rows.
 */
import type { LoggedEvent } from './logged-event.js'
import type { PastEvent } from './past-definition.js'

/** Something of a user's past that became known at one moment: the items of a list, or of an action its one. */
export interface PastEntry extends Omit<PastEvent, 'item'> {
  readonly items: readonly string[]
  /** What showed the items, where it has a name; `null` for an action. */
  readonly requestId: string | null
}

/** What an event adds to the past of its user; `null`: nothing. It counts from when it was known. */
export function pastEntryOf(event: LoggedEvent): PastEntry | null {
  const { received: moment } = event
  if (event.type === 'interaction')
    return { user: event.user, items: [event.item], moment, kind: event.action, requestId: null }
  if ((event.type !== 'impression' && event.type !== 'served') || event.user === null) return null
  const { user, requestId = null } = event
  return event.items.length === 0
    ? null
    : { user, items: event.items.map(({ id }) => id), moment, kind: null, requestId }
}

/** The same, an event for each item. */
export function pastEventsOf(event: LoggedEvent): PastEvent[] {
  const entry = pastEntryOf(event)
  return entry ? eventsOfEntry(entry) : []
}

export const eventsOfEntry = ({ user, items, moment, kind }: PastEntry): PastEvent[] =>
  items.map((item) => ({ user, item, moment, kind }))
