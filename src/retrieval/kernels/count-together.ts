import type { Histories } from '../retrieval-log.js'

export interface Together {
  readonly histories: Histories
  /** Item `i` belongs to `users[offsets[i]] … users[offsets[i + 1] - 1]`. */
  readonly byItem: { readonly offsets: Int32Array; readonly users: Int32Array }
  /** By item; all 0 on entry, users of both on return. */
  readonly counts: Int32Array
  /** The other items that were met, in no order. */
  readonly met: Int32Array
}

/** Counts for one item how many of its users have each other item; returns how many others were met. Linear in their histories. */
export function countTogether(item: number, { histories, byItem, counts, met }: Together): number {
  let metCount = 0
  for (let at = byItem.offsets[item]!; at < byItem.offsets[item + 1]!; at++) {
    const user = byItem.users[at]!
    for (let own = histories.offsets[user]!; own < histories.offsets[user + 1]!; own++) {
      const other = histories.items[own]!
      if (other === item) continue
      if (counts[other]! === 0) met[metCount++] = other
      counts[other]! += 1
    }
  }
  return metCount
}
