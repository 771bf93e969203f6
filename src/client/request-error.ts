/** What a call that failed throws: what the server said, or why nothing came. */
import type { Problem } from '../protocol/index.js'

/** Faults that the client itself finds; all others are codes of the server (docs/errors.md). */
export type ClientCode = 'CLIENT_UNREACHABLE' | 'CLIENT_TIMED_OUT' | 'CLIENT_ANSWER_UNREADABLE' | 'CLIENT_QUEUE_FULL'

export interface RequestFault {
  readonly code: string
  readonly message: string
  readonly status?: number
  readonly errors?: Problem['errors']
  readonly requestId?: string | undefined
  readonly retryAfterMs?: number | null
  readonly cause?: unknown
}

export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: string
  /** Of the answer; 0 where none came. */
  readonly status: number
  /** Every fault of the request, each with where it is. */
  readonly errors: NonNullable<Problem['errors']>
  /** What the server has logged it under. */
  readonly requestId: string | null
  /** When the server asks to come again; `null` where it does not. */
  readonly retryAfterMs: number | null

  constructor({ code, message, status = 0, errors = [], requestId, retryAfterMs = null, cause }: RequestFault) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.errors = errors
    this.requestId = requestId ?? null
    this.retryAfterMs = retryAfterMs
  }
}

export const clientFault = (
  code: ClientCode,
  message: string,
  more: Pick<RequestFault, 'status' | 'cause' | 'retryAfterMs'> = {},
): RequestError => new RequestError({ code, message, ...more })
