/** Which items the newest requests have shown: what is shown again, by another list of the request or by an impression, is told from what is new. */
import type { ImpressionEvent, ServedEvent, ShownList } from '../events/index.js'

export interface ShownItems {
  add(list: ShownList): void
  /** The event with the items that its request has not shown yet, which are remembered; `null`: it has shown them all. */
  served(event: ServedEvent): ServedEvent | null
  /** The event with the items that count already told apart from those that count with it, which are remembered. */
  confirm(event: ImpressionEvent): ImpressionEvent
}

/** Items that are remembered, of all requests: 30,000 lists of ten in 20 MB. */
const remembered = 300_000

export function createShownItems(limit = remembered): ShownItems {
  /** By user and request, the oldest first: two users may have given their requests one id. */
  const byRequest = new Map<string, readonly string[]>()
  let size = 0
  const forgetOldest = (): void => {
    for (const [key, items] of byRequest) {
      if (size <= limit) return
      byRequest.delete(key)
      size -= items.length
    }
  }
  const add: ShownItems['add'] = ({ user, requestId, items }) => {
    const key = keyOf(user, requestId)
    const before = byRequest.get(key)
    byRequest.set(key, before ? [...before, ...items] : items)
    size += items.length
    forgetOldest()
  }
  const shownBy = (user: string, requestId: string): ReadonlySet<string> =>
    new Set(byRequest.get(keyOf(user, requestId)))
  return {
    add,
    served(event) {
      const { user, requestId } = event
      if (user === null || event.items.length === 0) return event
      const known = shownBy(user, requestId)
      const items = event.items.filter(({ id }) => !known.has(id))
      add({ user, requestId, items: items.map(({ id }) => id) })
      return items.length === 0 ? null : { ...event, items }
    },
    confirm(event) {
      const { user, requestId } = event
      if (requestId === undefined) return event
      const known = shownBy(user, requestId)
      const items = event.items.filter(({ id }) => !known.has(id))
      add({ user, requestId, items: items.map(({ id }) => id) })
      const confirmed = event.items.filter(({ id }) => known.has(id))
      return confirmed.length === 0 ? event : { ...event, items, confirmed }
    },
  }
}

const keyOf = (user: string, requestId: string): string => JSON.stringify([user, requestId])
