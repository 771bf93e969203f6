/**
 * What is so now, made of what the event log says: the catalogue, the users, and the recent past of each. A store can be lost and
 * made again from the log, but for what `putItems` and `addUsers` brought.
 */
import type { LogPosition } from './log-position.js'
import type { JsonValues, LoggedEvent } from './logged-event.js'
import type { PastEvent } from './past-definition.js'

export interface StoredItem {
  readonly id: string
  readonly title: string | null
  /** Known, but not to be recommended. */
  readonly isHidden: boolean
  /** Its features as JSON: a server holds thousands of items, and looks at the features of few. */
  readonly featuresText: string
}

/** The features of an item. */
export const featuresOf = ({ featuresText }: StoredItem): JsonValues => JSON.parse(featuresText) as JsonValues

export interface StoredUser {
  readonly id: string
  readonly features: JsonValues
}

export interface StateCounts {
  readonly items: number
  /** Those with features; events alone make none. */
  readonly users: number
  readonly pastEvents: number
}

/** What a request has shown to its user. */
export interface ShownList {
  readonly user: string
  readonly requestId: string
  readonly items: readonly string[]
}

/**
 * One interface over SQLite and PostgreSQL. Everything is asynchronous, though a point read of SQLite is done in microseconds.
 * A NUL character and half a surrogate pair, which PostgreSQL cannot hold, become U+FFFD in both.
 */
export interface StateStore {
  /**
   * Applies events of a log, in their order, and notes `upTo` as the position behind the last, in one transaction: after a crash the
   * rest is applied exactly once. An erased event deletes the user.
   */
  apply(events: readonly LoggedEvent[], upTo: LogPosition): Promise<void>
  /** Behind the last event of this log that was applied; `null`: none was. */
  appliedPosition(log: string): Promise<LogPosition | null>
  item(id: string): Promise<StoredItem | null>
  /** The catalogue by ascending id, in pages. */
  items(): AsyncIterable<readonly StoredItem[]>
  user(id: string): Promise<StoredUser | null>
  /**
   * The items of the newest lists that a user was shown and the newest actions (1,000 of each), as they became known; moments in
   * milliseconds since 1970. The two are counted apart, or what was shown would push out everything that the user did.
   */
  pastOf(user: string): Promise<readonly PastEvent[]>
  /** The same of all users, known at `since` or later, by ascending moment, in pages: what fills a `Past` after a restart. */
  past(since: number): AsyncIterable<readonly PastEvent[]>
  /** What the newest requests have shown, the newest first; one may be there more than once. */
  newestLists(limit: number): Promise<readonly ShownList[]>
  /** Puts items in the place of those with the same ids. */
  putItems(items: Iterable<StoredItem>): Promise<void>
  /** Adds users that it has not: those it knows stay as they are, and those who were erased stay away. */
  addUsers(users: Iterable<StoredUser>): Promise<void>
  counts(): Promise<StateCounts>
  close(): Promise<void>
}

export interface StateStoreOptions {
  /** How many lists that were shown, and how many actions, are kept of each user. Default 1,000. */
  readonly pastPerUser?: number
}
