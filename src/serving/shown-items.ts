/** Which items the newest requests have shown: what an impression confirms is told from what it adds. */
import type { ImpressionEvent } from '../events/index.js'

export interface ShownItems {
  add(requestId: string, items: readonly string[]): void
  /** The event with the items that count already told apart from those that count with it, which are remembered. */
  confirm(event: ImpressionEvent): ImpressionEvent
}

/** Items that are remembered, of all requests: 30,000 lists of ten in 20 MB. */
const remembered = 300_000

export function createShownItems(limit = remembered): ShownItems {
  /** The oldest request first. */
  const byRequest = new Map<string, readonly string[]>()
  let size = 0
  const forgetOldest = (): void => {
    for (const [requestId, items] of byRequest) {
      if (size <= limit) return
      byRequest.delete(requestId)
      size -= items.length
    }
  }
  const add: ShownItems['add'] = (requestId, items) => {
    const before = byRequest.get(requestId)
    byRequest.set(requestId, before ? [...before, ...items] : items)
    size += items.length
    forgetOldest()
  }
  return {
    add,
    confirm(event) {
      const { requestId } = event
      if (requestId === undefined) return event
      const known = new Set(byRequest.get(requestId))
      const items = event.items.filter(({ id }) => !known.has(id))
      add(
        requestId,
        items.map(({ id }) => id),
      )
      const confirmed = event.items.filter(({ id }) => known.has(id))
      return confirmed.length === 0 ? event : { ...event, items, confirmed }
    },
  }
}
