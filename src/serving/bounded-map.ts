/** A map of limited size: what was used longest ago goes first. */
export interface BoundedMap<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
  delete(key: K): void
  clear(): void
  /** What was used longest ago first. */
  entries(): Iterable<[K, V]>
  readonly size: number
}

export function createBoundedMap<K, V>(limit: number): BoundedMap<K, V> {
  // A map remembers the order in which keys came: what is used comes again, so the first is the one used longest ago.
  const entries = new Map<K, V>()
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size > limit)
        for (const oldest of entries.keys()) {
          entries.delete(oldest)
          break
        }
    },
    delete: (key) => void entries.delete(key),
    clear: () => {
      entries.clear()
    },
    entries: () => entries.entries(),
    get size() {
      return entries.size
    },
  }
}
