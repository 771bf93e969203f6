/** The catalogue in memory: every item has an index for as long as the server lives, which scoring threads and indexes share. */
import type { StoredItem } from '../events/index.js'
import { featuresOf } from '../events/index.js'
import type { RawRow } from '../features/index.js'

export interface ItemCatalogue {
  readonly size: number
  /** `undefined`: unknown. */
  indexOf(id: string): number | undefined
  at(index: number): StoredItem | undefined
  /** Puts an item in the place of the one with its id, or at the end; returns its index. */
  put(item: StoredItem): number
  /** Features of all items as JSON, by index. */
  featureTexts(): readonly string[]
  /** Indexes of the items that must not be recommended. */
  readonly hidden: ReadonlySet<number>
  ids(): readonly string[]
}

export function createItemCatalogue(): ItemCatalogue {
  const items: StoredItem[] = []
  const indexes = new Map<string, number>()
  const hidden = new Set<number>()
  return {
    get size() {
      return items.length
    },
    hidden,
    indexOf: (id) => indexes.get(id),
    at: (index) => items[index],
    put(item) {
      const index = indexes.get(item.id) ?? items.length
      items[index] = item
      indexes.set(item.id, index)
      if (item.isHidden) hidden.add(index)
      else hidden.delete(index)
      return index
    },
    featureTexts: () => items.map(({ featuresText }) => featuresText),
    ids: () => items.map(({ id }) => id),
  }
}

/** Raw features of an item. */
export function itemRow(catalogue: ItemCatalogue, index: number): RawRow {
  const item = catalogue.at(index)
  return item ? (featuresOf(item) as RawRow) : {}
}
