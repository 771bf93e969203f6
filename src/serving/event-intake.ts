/** Takes the events of a call: every one is checked for itself, so that one that is wrong does not cost the others. */
import { randomUUID } from 'node:crypto'
import type { LoggedEvent } from '../events/index.js'
import type { EventInput, EventsAnswer } from '../protocol/index.js'
import { elapsed } from './elapsed.js'
import { readEvent } from './read-event.js'

export interface EventSink {
  record(events: readonly LoggedEvent[]): Promise<{ readonly accepted: number; readonly duplicates: number }>
}

/** Writes the events that are right; resolves when they are on disk and seen by the next request. */
export async function takeEvents(sink: EventSink, inputs: readonly unknown[], now: number): Promise<EventsAnswer> {
  const start = performance.now()
  const rejected: EventsAnswer['rejected'] = []
  const events: LoggedEvent[] = []
  const ids = inputs.map((input, index) => {
    const read = readEvent(input)
    if ('faults' in read) {
      rejected.push(...read.faults.map((fault) => ({ index, ...fault })))
      return null
    }
    const logged = loggedEvent(read.event, now)
    events.push(logged)
    return logged.id
  })
  const { accepted, duplicates } = events.length > 0 ? await sink.record(events) : { accepted: 0, duplicates: 0 }
  return { accepted, duplicates, rejected, ids, tookMs: elapsed(start) }
}

/** What happened cannot have happened after we knew it: a clock ahead of ours is set back. */
function loggedEvent(input: EventInput, now: number): LoggedEvent {
  const { id = randomUUID(), time = now, ...rest } = input
  return { ...rest, id, time: Math.min(time, now), received: now }
}
