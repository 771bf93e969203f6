/** Candidate sources over a catalogue that grows: when items have come, the sources are opened anew beside those that answer. */
import type { RawRow } from '../features/index.js'
import type { Retrieval, RetrievalItem } from '../retrieval/index.js'
import { hasRetrieval, openRetrieval } from '../retrieval/index.js'
import type { ItemCatalogue } from './item-catalogue.js'
import { itemRow } from './item-catalogue.js'

export interface FreshRetrieval extends Pick<Retrieval, 'retrieve'> {
  /** The catalogue has changed; the sources follow within a second or two. */
  refresh(): void
  close(): Promise<void>
}

/** Items often come many at once: the sources wait for the last of them. */
const calmMs = 1000

/** Opens the sources of a bundle; one without any proposes the first items of the catalogue. */
export async function openFreshRetrieval(bundle: string, catalogue: ItemCatalogue): Promise<FreshRetrieval> {
  if (!hasRetrieval(bundle)) return firstItems(catalogue)
  // Sources look at the features of few items.
  const items = (): RetrievalItem[] =>
    catalogue.ids().map((key, index) => ({
      key,
      get features(): RawRow {
        return itemRow(catalogue, index)
      },
    }))
  let current = await openRetrieval(bundle, { items: items() })
  let timer: NodeJS.Timeout | undefined
  let reopening: Promise<void> = Promise.resolve()
  const reopen = async (): Promise<void> => {
    const before = current
    current = await openRetrieval(bundle, { items: items() })
    // Requests that have begun with it are done long before.
    setTimeout(() => void before.close(), calmMs).unref()
  }
  return {
    retrieve: (request, options) => current.retrieve(request, options),
    refresh() {
      clearTimeout(timer)
      timer = setTimeout(() => {
        reopening = reopening.then(reopen).catch(() => undefined)
      }, calmMs).unref()
    },
    async close() {
      clearTimeout(timer)
      await reopening
      await current.close()
    },
  }
}

/** Candidates of a bundle without indexes. */
const defaultK = 200

function firstItems(catalogue: ItemCatalogue): FreshRetrieval {
  return {
    retrieve: (_, { k = defaultK, exclude }) => {
      const items: number[] = []
      for (let index = 0; index < catalogue.size && items.length < k; index++)
        if (!exclude.has(index)) items.push(index)
      return Promise.resolve({ items: Int32Array.from(items), sources: items.map(() => 'catalogue') })
    },
    refresh: () => undefined,
    close: () => Promise.resolve(),
  }
}
