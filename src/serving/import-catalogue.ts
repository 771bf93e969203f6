/** Brings the items and users of a bundle into the store; what events have said of them stays. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventLog, StateStore, StoredItem, StoredUser } from '../events/index.js'
import { bundleItems, bundleUsers } from './bundle-catalogue.js'
import type { ItemCatalogue } from './item-catalogue.js'

export interface ImportTarget {
  readonly log: EventLog
  readonly store: StateStore
  readonly catalogue: ItemCatalogue
}

/** Rows that are written at once. */
const pageSize = 5000
/** Point reads in a row: a millisecond or so, then requests have their turn. */
const readsPerTurn = 100

/** Adds what is not known yet; users who were erased stay so. */
export async function importCatalogue(bundle: string, { log, store, catalogue }: ImportTarget): Promise<void> {
  for await (const items of pages(bundleItems(bundle))) {
    const fresh = items.filter(({ id }) => catalogue.indexOf(id) === undefined)
    await store.putItems(fresh)
    for (const item of fresh) catalogue.put(item)
  }
  const erased = await erasedUsers(log)
  for await (const users of pages(bundleUsers(bundle))) await store.putUsers(await unknownUsers(store, users, erased))
}

async function unknownUsers(
  store: StateStore,
  users: readonly StoredUser[],
  erased: ReadonlySet<string>,
): Promise<StoredUser[]> {
  const fresh: StoredUser[] = []
  for (const [index, user] of users.entries()) {
    if (index % readsPerTurn === 0) await nextTurn()
    if (!erased.has(user.id) && (await store.user(user.id)) === null) fresh.push(user)
  }
  return fresh
}

async function erasedUsers(log: EventLog): Promise<Set<string>> {
  const erased = new Set<string>()
  for await (const { event } of log.read()) if (event.type === 'erased') erased.add(event.user)
  return erased
}

async function* pages<T extends StoredItem | StoredUser>(rows: AsyncIterable<T>): AsyncGenerator<T[]> {
  let page: T[] = []
  for await (const row of rows) {
    page.push(row)
    if (page.length < pageSize) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
