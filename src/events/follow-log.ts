/** Keeps a state store up with an event log: what is on disk is applied, in its order, once. */
import type { EventLog } from './event-log.js'
import type { LogPosition } from './log-position.js'
import type { LoggedEvent } from './logged-event.js'
import type { StateStore } from './state-store.js'
import { createTurns } from './turns.js'

export interface LogFollower {
  /**
   * Resolves when all that was in the log at the call is applied; calls at the same time share one pass. Rejects with what the store or
   * the log throws; the next call goes on from where the store is.
   */
  catchUp(): Promise<void>
}

/** Events of one transaction. */
const batchEvents = 500

/** `onApplied` hears of the events of each transaction once it is done, and before the next begins. */
export function followLog(
  log: EventLog,
  store: StateStore,
  onApplied: (events: readonly LoggedEvent[]) => Promise<void> = () => Promise.resolve(),
): LogFollower {
  const inTurn = createTurns()
  let waiting: Promise<void> | null = null
  /** Behind what is applied; `null`: the store is to be asked. */
  let applied: LogPosition | null = null

  const apply = async (events: readonly LoggedEvent[], upTo: LogPosition): Promise<void> => {
    applied = null
    await store.apply(events, upTo)
    applied = upTo
    await onApplied(events)
  }
  const pass = async (): Promise<void> => {
    waiting = null
    applied ??= await store.appliedPosition(log.id)
    const end = log.end()
    let batch: LoggedEvent[] = []
    for await (const { event, next } of log.read(applied ?? undefined)) {
      batch.push(event)
      if (batch.length < batchEvents) continue
      await apply(batch, next)
      batch = []
    }
    if (batch.length > 0) await apply(batch, end)
  }
  return { catchUp: () => (waiting ??= inTurn(pass)) }
}
