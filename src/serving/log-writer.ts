/** Brings records into the log and from there into the state, and settles their moments on the clock. */
import type { EventLog, LogFollower, LoggedEvent } from '../events/index.js'
import type { LogClock } from './log-clock.js'

export interface LogWriter {
  /** Resolves when the records are on disk; those that are not have no moment any more. */
  append(events: readonly LoggedEvent[]): ReturnType<EventLog['append']>
  /** Takes note of records that are on disk and that the next `apply` may take along. */
  defer(events: readonly LoggedEvent[]): void
  /** Resolves when records that are on disk are applied, and those that wait; where they cannot be, they wait for the next call. */
  apply(events: readonly LoggedEvent[]): Promise<void>
  /** Appends that are on their way to the disk. */
  readonly pending: number
}

export function createLogWriter(log: EventLog, follower: LogFollower, clock: LogClock): LogWriter {
  let pending = 0
  /** Moments of records that wait: of them nothing else is needed, and what stays in memory for long is dear to collect. */
  let waiting: readonly number[] = []
  return {
    get pending() {
      return pending
    },
    async append(events) {
      pending++
      try {
        return await log.append(events)
      } catch (error) {
        clock.settle(momentsOf(events))
        throw error
      } finally {
        pending--
      }
    },
    defer(events) {
      waiting = [...waiting, ...momentsOf(events)]
    },
    async apply(events) {
      const written = [...waiting, ...momentsOf(events)]
      waiting = []
      try {
        await follower.catchUp()
      } catch (error) {
        waiting = [...waiting, ...written]
        throw error
      }
      clock.settle(written)
    },
  }
}

const momentsOf = (events: readonly LoggedEvent[]): number[] => events.map(({ received }) => received)
