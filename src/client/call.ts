/** One call of the HTTP API: a time limit, a signal, and one kind of error. */
import type { Problem } from '../protocol/index.js'
import { clientFault, RequestError } from './request-error.js'

export interface Connection {
  /** Where the server is, with the prefix that it is mounted at. */
  readonly url: string
  readonly key?: string | undefined
  readonly timeoutMs: number
  readonly fetch: typeof globalThis.fetch
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
}

export interface CallOptions {
  /** Ends the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal
  /** Default: the client's. */
  readonly timeoutMs?: number
}

/** Resolves to the body of the answer; throws `RequestError`. */
export async function call<T>(connection: Connection, asked: Call, options: CallOptions = {}): Promise<T> {
  const { signal, timeoutMs = connection.timeoutMs } = options
  signal?.throwIfAborted()
  const aborting = new AbortController()
  const abort = (): void => {
    aborting.abort()
  }
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    abort()
  }, timeoutMs)
  signal?.addEventListener('abort', abort)
  const address = addressOf(connection, asked)
  try {
    const response = await connection.fetch(address, { ...requestOf(connection, asked), signal: aborting.signal })
    return read<T>(response, await response.text())
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof RequestError) throw error
    if (isLate) throw clientFault('CLIENT_TIMED_OUT', `${address} did not answer within ${String(timeoutMs)} ms`)
    throw clientFault('CLIENT_UNREACHABLE', `${address} cannot be reached: ${reasonOf(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

function addressOf({ url }: Connection, { path, query = {} }: Call): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.append(name, String(value))
  return `${url.replace(/\/+$/, '')}${path}${search.size > 0 ? `?${search.toString()}` : ''}`
}

function requestOf({ key }: Connection, { method, body }: Call): RequestInit {
  return {
    method,
    headers: {
      accept: 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
}

function read<T>({ ok, status, headers }: Response, text: string): T {
  const parsed = parse(text)
  const retryAfterMs = milliseconds(headers.get('retry-after'))
  if (parsed === undefined || (!ok && !isProblem(parsed.value))) {
    const message = `the answer of status ${String(status)} is none of a widedeep server: ${text.slice(0, 80)}`
    throw clientFault('CLIENT_ANSWER_UNREADABLE', message, { status, retryAfterMs })
  }
  if (ok) return parsed.value as T
  const { code, detail, errors, requestId } = parsed.value as Problem
  throw new RequestError({ code, message: detail, status, errors, requestId, retryAfterMs })
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

const isProblem = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'code' in value && 'detail' in value

/** `Retry-After` in seconds; as a date it is left alone. */
const milliseconds = (seconds: string | null): number | null =>
  seconds !== null && /^\d+$/.test(seconds) ? 1000 * Number(seconds) : null

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: unknown; cause?: { message?: unknown } }
  return [message, cause?.message].filter((text) => typeof text === 'string').join(': ')
}
