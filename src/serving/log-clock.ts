/**
 * The moments of a server: when something became known, and as of when a request asks. What is known strictly before the moment of a
 * request is exactly what the state held when it asked, so that training can find the same in the log.
 */

export interface LogClock {
  /** A moment for something that becomes known now: later than every one before. What is of it is on its way until it is settled. */
  stamp(): number
  /** What became known at these moments is applied, or never will be. */
  settle(moments: readonly number[]): void
  /** The moment of a request: everything known before it is applied, and whatever becomes known from now on is not before it. */
  moment(): number
}

/** Over a clock in milliseconds since 1970, which may stand still or go back; no moment does. */
export function createLogClock(now: () => number): LogClock {
  let latest = Number.NEGATIVE_INFINITY
  /** Moments on their way, in ascending order. */
  const open = new Set<number>()
  const next = (): number => Math.max(now(), latest + 1)
  return {
    stamp() {
      latest = next()
      open.add(latest)
      return latest
    },
    settle(moments) {
      for (const moment of moments) open.delete(moment)
    },
    moment() {
      const [oldest] = open
      return oldest ?? next()
    },
  }
}
