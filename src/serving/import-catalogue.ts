/** Brings the items and users of a bundle into the store; what events have said of them stays. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StateStore, StoredItem, StoredUser } from '../events/index.js'
import { bundleItems, bundleUsers } from './bundle-catalogue.js'
import type { ItemCatalogue } from './item-catalogue.js'

export interface ImportTarget {
  readonly store: StateStore
  readonly catalogue: ItemCatalogue
}

/** Rows that are written at once: some milliseconds of SQLite, then requests have their turn. */
const pageSize = 1000

/** Adds what is not known yet; users who were erased stay so. */
export async function importCatalogue(bundle: string, { store, catalogue }: ImportTarget): Promise<void> {
  for await (const items of pages(bundleItems(bundle))) {
    const fresh = items.filter(({ id }) => catalogue.indexOf(id) === undefined)
    await store.putItems(fresh)
    for (const item of fresh) catalogue.put(item)
  }
  for await (const users of pages(bundleUsers(bundle))) await store.addUsers(users)
}

async function* pages<T extends StoredItem | StoredUser>(rows: AsyncIterable<T>): AsyncGenerator<T[]> {
  let page: T[] = []
  for await (const row of rows) {
    page.push(row)
    if (page.length < pageSize) continue
    yield page
    page = []
    await nextTurn()
  }
  if (page.length > 0) yield page
}
