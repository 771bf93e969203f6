/** Takes the events of a call: every one is checked for itself, so that one that is wrong does not cost the others. */
import { randomUUID } from 'node:crypto'
import type { LoggedEvent } from '../events/index.js'
import type { EventInput, EventsAnswer } from '../protocol/index.js'
import { elapsed } from './elapsed.js'
import { requestInvalid } from './errors.js'
import { readEvent } from './read-event.js'

export interface EventSink {
  /** Writes the events that are made for the moment at which they become known. */
  record(
    make: (moment: number) => readonly LoggedEvent[],
  ): Promise<{ readonly accepted: number; readonly duplicates: number }>
}

/** Writes the events that are right; resolves when they are on disk and seen by the next request. Throws `SERVING_REQUEST_INVALID` where none is. */
export async function takeEvents(sink: EventSink, inputs: readonly unknown[]): Promise<EventsAnswer> {
  const start = performance.now()
  const rejected: EventsAnswer['rejected'] = []
  const events: (EventInput & { readonly id: string })[] = []
  const ids = inputs.map((input, index) => {
    const read = readEvent(input)
    if ('faults' in read) {
      rejected.push(...read.faults.map((fault) => ({ index, ...fault })))
      return null
    }
    const { id = randomUUID() } = read.event
    events.push({ ...read.event, id })
    return id
  })
  if (events.length === 0) throw allWrong(rejected)
  const { accepted, duplicates } = await sink.record((moment) => events.map((event) => loggedEvent(event, moment)))
  return { accepted, duplicates, rejected, ids, tookMs: elapsed(start) }
}

/** A call of which nothing can be taken is no success. */
function allWrong(rejected: EventsAnswer['rejected']): Error {
  const issues = rejected.map(({ index, code, pointer, message }) => ({
    code,
    path: `/events/${String(index)}${pointer}`,
    message,
  }))
  return requestInvalid({ faults: rejected.slice(0, 5).map(({ message }) => message) }, { issues })
}

/** What happened cannot have happened after we knew it: a clock ahead of ours is set back. */
const loggedEvent = (event: EventInput & { readonly id: string }, moment: number): LoggedEvent => ({
  ...event,
  time: Math.min(event.time ?? moment, moment),
  received: moment,
})
