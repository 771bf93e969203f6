/** Brings the store up to the end of the log: one pass at a time, each in transactions that note how far they came. */
import type { EventLog, LoggedEvent, LogPosition, StateStore } from '../events/index.js'

export interface LogApplier {
  /** Resolves when everything that is in the log at this moment is applied. */
  catchUp(): Promise<void>
  /** Resolves when no pass runs. */
  idle(): Promise<void>
}

/** Records applied in one transaction. */
const batchSize = 1000

/** Applies from where the store is; `onApplied` hears of each transaction once it is done. */
export async function createLogApplier(
  { log, store }: { readonly log: EventLog; readonly store: StateStore },
  onApplied: (events: readonly LoggedEvent[]) => Promise<void>,
): Promise<LogApplier> {
  let applied: LogPosition | undefined = (await store.appliedPosition(log.id)) ?? undefined
  const apply = async (events: readonly LoggedEvent[], upTo: LogPosition): Promise<void> => {
    await store.apply(events, upTo)
    applied = upTo
    await onApplied(events)
  }
  const pass = async (): Promise<void> => {
    let batch: LoggedEvent[] = []
    let last: LogPosition | undefined
    for await (const { event, next } of log.read(applied)) {
      batch.push(event)
      last = next
      if (batch.length < batchSize) continue
      await apply(batch, next)
      batch = []
    }
    if (last && batch.length > 0) await apply(batch, last)
  }
  let running: Promise<void> = Promise.resolve()
  /** A pass that has not begun: whoever comes meanwhile goes with it. */
  let waiting: Promise<void> | null = null
  return {
    catchUp() {
      waiting ??= running
        .catch(() => undefined)
        .then(() => {
          waiting = null
          return (running = pass())
        })
      return waiting
    },
    idle: () => running.catch(() => undefined),
  }
}
