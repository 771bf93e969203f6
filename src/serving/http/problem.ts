/** Errors as answers: `application/problem+json`, every fault at once. */
import type { FastifyError, FastifyReply } from 'fastify'
import { WideDeepError } from '../../base/index.js'
import type { Problem } from '../../protocol/index.js'
import { problemType } from '../../protocol/index.js'
import { bodyTooLarge, bodyUnreadable, contentTypeWrong } from '../errors.js'

/** Titles by status, as RFC 9110 has them. */
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export const retryAfterSeconds = 1

/** What went wrong as a problem; what we did not foresee is a bug of ours and shows no inside. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (!(error instanceof WideDeepError)) {
    const detail = 'something went wrong that should not; the server has logged it under this request id'
    return { ...head('INTERNAL', 500), detail, requestId }
  }
  const { code, message, issues } = error
  const errors = issues.map((issue) => ({ pointer: issue.path, message: issue.message }))
  return { ...head(code, statusOf(error)), detail: message, requestId, ...(errors.length > 0 ? { errors } : {}) }
}

/** A version that does not fit the request is our affair, a request that does not fit the version is the caller's. */
const statusOf = ({ status }: WideDeepError): number => status

const head = (code: string, status: number): Pick<Problem, 'type' | 'title' | 'status' | 'code'> => ({
  type: `https://github.com/widedeep/widedeep/blob/main/docs/errors.md#${code.toLowerCase()}`,
  title: titles[status] ?? 'Error',
  status,
  code,
})

/** Answers an error. */
export function sendProblem(problem: Problem, reply: FastifyReply): FastifyReply {
  setProblemHeaders(problem, reply)
  return reply.status(problem.status).type(problemType).send(JSON.stringify(problem))
}

/** When to come again, and how to show who one is. */
export function setProblemHeaders({ status }: Problem, reply: FastifyReply): void {
  if (status === 503 || status === 429) reply.header('retry-after', retryAfterSeconds)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
}

/** Faults that Fastify itself finds, in our words. */
export function translated(error: FastifyError, bodyLimit: number, contentType?: string): unknown {
  if (error instanceof WideDeepError) return error
  const { code, message } = error
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge({ limit: bodyLimit })
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return contentTypeWrong({
      got: contentType ?? 'none',
      known: ['application/json', 'application/x-ndjson for events'],
    })
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return bodyUnreadable({ reason: 'it is empty' })
  if (error.statusCode !== undefined && error.statusCode < 500) return bodyUnreadable({ reason: message })
  return error
}
