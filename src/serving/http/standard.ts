/** Protocols of others: everything below a path is theirs, bodies whatever their content type says, errors as one sentence. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Problem } from '../../protocol/index.js'
import { requestMalformed } from '../errors.js'
import type { Role } from '../../protocol/index.js'
import type { Route } from './route.js'
import { pathPattern } from './route.js'
import { setProblemHeaders } from './problem.js'

export interface Standard {
  /** Where it begins; what is there and below belongs to it. */
  readonly path: string
  readonly routes: readonly Route[]
  /** Clients of these protocols seldom say that they send JSON. */
  readBody(body: Buffer, headers: IncomingHttpHeaders): unknown
}

/** What the application does for every route. */
export interface Counter<R> {
  prepare(route: Route): R
  /** Asks for the key. */
  admit(request: FastifyRequest, role: Role | null): void
  answer(route: R, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
  told(error: unknown, request: FastifyRequest): Problem
}

interface Known<R> {
  readonly route: Route
  readonly prepared: R
  readonly pattern: RegExp
}

/** Registers a standard in a scope of its own. */
export function addStandard<R>(
  scope: FastifyInstance,
  { path, routes, readBody }: Standard,
  counter: Counter<R>,
): void {
  const known = routes.map((route): Known<R> => ({
    route,
    prepared: counter.prepare(route),
    pattern: pathPattern(route.spec.path),
  }))
  const found = new WeakMap<FastifyRequest, Known<R>>()
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    readBody(body, request.headers),
  )
  scope.setErrorHandler((error, request, reply) => {
    const problem = counter.told(error, request)
    setProblemHeaders(problem, reply)
    return reply
      .status(problem.status)
      .type('application/json')
      .send(JSON.stringify({ error: problem.detail }))
  })
  const options = {
    onRequest: async (request: FastifyRequest): Promise<void> => {
      const one = findRoute(known, request)
      found.set(request, one)
      counter.admit(request, one.route.spec.role)
    },
  }
  for (const url of [path, `${path}/*`])
    scope.all(url, options, async (request, reply) => {
      const one = found.get(request) ?? findRoute(known, request)
      return counter.answer(one.prepared, request, reply)
    })
}

/** The route of a request, whose parameters it sets; throws `SERVING_REQUEST_MALFORMED`. */
function findRoute<R>(known: readonly Known<R>[], request: FastifyRequest): Known<R> {
  const { method, url } = request
  const path = url.split('?')[0] ?? url
  for (const one of known) {
    const match = one.route.spec.method === method ? one.pattern.exec(path) : null
    const params = match && decoded(match.groups ?? {})
    if (params) {
      request.params = params
      return one
    }
  }
  throw requestMalformed({ method, path })
}

function decoded(groups: Readonly<Record<string, string>>): Record<string, string> | null {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]))
  } catch {
    return null
  }
}
