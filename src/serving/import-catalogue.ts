/** Brings the items and users of a bundle into the store; what events have said of them stays. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StateStore, StoredItem, StoredUser } from '../events/index.js'
import type { Rest } from '../ranking/index.js'
import { createRest } from '../ranking/index.js'
import { bundleItems, bundleUsers } from './bundle-catalogue.js'
import type { ItemCatalogue } from './item-catalogue.js'

export interface ImportTarget {
  readonly store: StateStore
  readonly catalogue: ItemCatalogue
}

/** Rows that are read and written at once: some milliseconds for many, which nobody waits for, and one for few, beside requests. */
const [manyRows, fewRows] = [1000, 50]

/**
 * Adds what is not known yet; users who were erased stay so. Where others serve meanwhile (`isBackground`) it rests between few rows, since it
 * works on the thread that answers them.
 */
export async function importCatalogue(
  bundle: string,
  { store, catalogue }: ImportTarget,
  { isBackground = false }: { readonly isBackground?: boolean } = {},
): Promise<void> {
  const inPages = pagesBy(isBackground ? fewRows : manyRows, createRest(isBackground))
  for await (const items of inPages(bundleItems(bundle))) {
    const fresh = items.filter(({ id }) => catalogue.indexOf(id) === undefined)
    if (fresh.length > 0) await store.putItems(fresh)
    for (const item of fresh) catalogue.put(item)
  }
  for await (const users of inPages(bundleUsers(bundle))) await store.addUsers(users)
}

const pagesBy = (size: number, rest: Rest) =>
  async function* <T extends StoredItem | StoredUser>(rows: AsyncIterable<T>): AsyncGenerator<T[]> {
    let page: T[] = []
    for await (const row of rows) {
      page.push(row)
      if (page.length < size) continue
      yield page
      page = []
      await nextTurn()
      await rest()
    }
    if (page.length > 0) yield page
  }
