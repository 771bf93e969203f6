/** The events of a body: one, a list, or `{ events: […] }`. */
import { largestEventBatch } from '../protocol/index.js'
import { requestInvalid } from './errors.js'

/** Throws `SERVING_REQUEST_INVALID` where there are none, or too many. */
export function eventsOf(body: unknown): readonly unknown[] {
  const isBatch = isObject(body) && 'events' in body && !('type' in body)
  const others = isBatch ? Object.keys(body).filter((name) => name !== 'events') : []
  if (others.length > 0) throw wrong(`a batch has events and nothing else; got ${others.slice(0, 5).join(', ')} too`)
  const given = isBatch ? body['events'] : body
  const events: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (isObject(given) || Array.isArray(given)) {
    if (events.length > 0 && events.length <= largestEventBatch) return events
    throw wrong(`events must be 1 to ${String(largestEventBatch)} at once; got ${String(events.length)}`)
  }
  throw wrong('the body must be an event, a list of events, or { "events": [ … ] }')
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const wrong = (message: string): Error =>
  requestInvalid({ faults: [message] }, { issues: [{ code: requestInvalid.code, path: '/events', message }] })
