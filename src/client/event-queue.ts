/** Sends events in batches, and again where nobody knows whether they came: an id makes the same event one event. */
import type { EventsAnswer } from '../protocol/index.js'
import { clientFault, RequestError } from './request-error.js'

export interface EventQueueOptions<E> {
  /** Events of one call. Default 500. */
  readonly batchSize?: number
  /** Milliseconds that an event waits for others. Default 1,000. */
  readonly waitMs?: number
  /** Events that wait or are on their way; those beyond are lost. Default 10,000. */
  readonly capacity?: number
  /** Calls for one batch before it is lost: eight take half a minute. Default 8. */
  readonly attempts?: number
  /** Hears of events that will not arrive: refused by the server, given up, or beyond the capacity. Default: nobody. */
  onLost?(events: readonly E[], error: RequestError): void
}

export interface EventQueue<E> {
  /** Events that wait or are on their way. */
  readonly size: number
  /** Takes an event and answers its id, which it makes where there is none. */
  add(event: E): string
  /** Resolves when all that was added has arrived or is lost. */
  flush(): Promise<void>
}

interface Identified {
  readonly id?: string
  readonly time?: number
}

export function createEventQueue<E extends Identified>(
  send: (events: readonly E[]) => Promise<EventsAnswer>,
  options: EventQueueOptions<E> = {},
): EventQueue<E> {
  const { batchSize = 500, waitMs = 1000, capacity = 10_000 } = options
  const waiting: E[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let working: Promise<void> | null = null
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize)
      await deliver(batch, send, options)
      waiting.splice(0, batch.length)
    }
    working = null
  }
  const start = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    return (working ??= work())
  }
  return {
    get size() {
      return waiting.length
    },
    add(event) {
      const id = event.id ?? crypto.randomUUID()
      const own = { ...event, id, time: event.time ?? Date.now() }
      if (waiting.length >= capacity) {
        tellLost(options, [own], clientFault('CLIENT_QUEUE_FULL', `${String(capacity)} events wait already`))
        return id
      }
      waiting.push(own)
      if (waiting.length >= batchSize) void start()
      else timer ??= setTimeout(() => void start(), waitMs)
      return id
    },
    flush: () => start(),
  }
}

/** Sends a batch until it has arrived or is lost; one that is too large goes in halves. Never throws. */
async function deliver<E extends Identified>(
  batch: readonly E[],
  send: (events: readonly E[]) => Promise<EventsAnswer>,
  options: EventQueueOptions<E>,
): Promise<void> {
  const { attempts = 8 } = options
  for (let attempt = 1; ; attempt++) {
    try {
      tellRejected(batch, await send(batch), options)
      return
    } catch (error) {
      const fault = error instanceof RequestError ? error : clientFault('CLIENT_UNREACHABLE', String(error))
      if (fault.status === tooLarge && batch.length > 1) {
        const half = Math.ceil(batch.length / 2)
        await deliver(batch.slice(0, half), send, options)
        await deliver(batch.slice(half), send, options)
        return
      }
      if (!mayPass(fault) || attempt >= attempts) {
        tellLost(options, batch, fault)
        return
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs(attempt, fault)))
    }
  }
}

const tooLarge = 413
/** No answer, too many requests, and what servers and balancers say when they are not there. */
const passing: ReadonlySet<number> = new Set([0, 429, 502, 503, 504])
const mayPass = ({ status }: RequestError): boolean => passing.has(status)

/** Twice as long each time, up to half a minute, and spread: clients that failed together must not come back together. */
function delayMs(attempt: number, { retryAfterMs }: RequestError): number {
  const longest = Math.min(30_000, 250 * 2 ** (attempt - 1))
  return (retryAfterMs ?? 0) + longest * (0.5 + Math.random() / 2)
}

function tellRejected<E>(batch: readonly E[], { rejected }: EventsAnswer, options: EventQueueOptions<E>): void {
  for (const index of new Set(rejected.map((fault) => fault.index))) {
    const event = batch[index]
    const faults = rejected.filter((fault) => fault.index === index)
    const [first] = faults
    if (event === undefined || first === undefined) continue
    const message = faults.map((fault) => fault.message).join('; ')
    tellLost(options, [event], new RequestError({ code: first.code, message, status: 400, errors: faults }))
  }
}

/** A listener that throws must not end the queue: its fault is reported as that of any other listener, by itself. */
function tellLost<E>({ onLost }: EventQueueOptions<E>, events: readonly E[], error: RequestError): void {
  try {
    onLost?.(events, error)
  } catch (fault) {
    queueMicrotask(() => {
      throw fault
    })
  }
}
