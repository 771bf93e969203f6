/** Brings records into the log and from there into the state, and settles their moments on the clock. */
import type { EventLog, LogFollower, LoggedEvent } from '../events/index.js'
import type { LogClock } from './log-clock.js'

export interface LogWriter {
  /** Resolves when the records are on disk; those that are not have no moment any more. */
  append(events: readonly LoggedEvent[]): ReturnType<EventLog['append']>
  /** Resolves when records that are on disk are applied; those that could not be go with the next. */
  apply(events: readonly LoggedEvent[]): Promise<void>
  /** Appends that are on their way to the disk. */
  readonly pending: number
}

export function createLogWriter(log: EventLog, follower: LogFollower, clock: LogClock): LogWriter {
  let pending = 0
  let unapplied: readonly LoggedEvent[] = []
  const settle = (events: readonly LoggedEvent[]): void => {
    clock.settle(events.map(({ received }) => received))
  }
  return {
    get pending() {
      return pending
    },
    async append(events) {
      pending++
      try {
        return await log.append(events)
      } catch (error) {
        settle(events)
        throw error
      } finally {
        pending--
      }
    },
    async apply(events) {
      const written = [...unapplied, ...events]
      unapplied = []
      try {
        await follower.catchUp()
      } catch (error) {
        unapplied = [...unapplied, ...written]
        throw error
      }
      settle(written)
    },
  }
}
