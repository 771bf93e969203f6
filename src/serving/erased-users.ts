/** Whoever is being erased, or was of late: what a request under way then makes of what it knew of them must not be kept. */
import { createBoundedMap } from './bounded-map.js'

export interface ErasedUsers {
  begin(user: string): void
  end(user: string): void
  /** Whether a request that began at a moment of `performance.now()` may have read what was erased. */
  wasReadBy(user: string | null, begun: number): boolean
}

/** More are not erased while one request is under way. */
const remembered = 10_000

export function createErasedUsers(): ErasedUsers {
  const ends = createBoundedMap<string, number>(remembered)
  return {
    begin(user) {
      ends.set(user, Infinity)
    },
    end(user) {
      ends.set(user, performance.now())
    },
    wasReadBy: (user, begun) => user !== null && begun <= (ends.get(user) ?? -Infinity),
  }
}
