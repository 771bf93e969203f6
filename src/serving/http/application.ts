/** The HTTP application: the routes of the protocol with their handlers, keys, limits, errors and headers. */
import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Problem, Role } from '../../protocol/index.js'
import type { ApiKeys } from '../api-keys.js'
import { methodWrong, notReady, overloaded, requestInvalid, routeUnknown, tooManyRequests } from '../errors.js'
import type { ServingMetrics } from '../metrics.js'
import { schemaValidator } from '../schema-validator.js'
import { addBodyParsers } from './body.js'
import { fastifyOptions } from './fastify-options.js'
import { problemOf, retryAfterSeconds, sendProblem, translated } from './problem.js'
import type { Answer, HandledRequest, Route } from './route.js'
import { pathPattern } from './route.js'
import type { Standard } from './standard.js'
import { addStandard } from './standard.js'
import { endUnusedAtClose } from './unused-connections.js'

export interface ApplicationLimits {
  /** Bytes of a body. Default 4 MiB. */
  readonly bodyBytes: number
  /** Requests that are answered at once; those beyond are turned away. Default 256. */
  readonly inFlight: number
  /** Requests a second of one key, or of one address where there are no keys. Default 0: any. */
  readonly perSecond: number
  /** Milliseconds that a request may take to arrive. Default 10,000. */
  readonly arrivalMs: number
}

export interface ApplicationParts {
  /** `null`: anyone may do anything; only on the loopback. */
  readonly keys: ApiKeys | null
  readonly limits: ApplicationLimits
  readonly metrics: ServingMetrics
  /** Protocols of others that are spoken beside our own. */
  readonly standards: readonly Standard[]
  /** Hears of what is a bug of ours. */
  onError(error: unknown, requestId: string): void
}

export interface Application {
  readonly app: FastifyInstance
  inFlight(): number
}

/** Builds the application; it listens nowhere yet. */
export async function createApplication(routes: readonly Route[], parts: ApplicationParts): Promise<Application> {
  const { limits, keys, standards } = parts
  let inFlight = 0
  const app = Fastify(fastifyOptions(limits))
  endUnusedAtClose(app)
  addBodyParsers(app)
  addHooks(app, parts)
  const callers = new WeakMap<FastifyRequest, string>()
  // Probes come as often as they like: whoever does not answer them is ended.
  const anyone = new WeakSet<FastifyRequest>()
  if (limits.perSecond > 0) await limitRate(app, limits, { callers, anyone })
  const admit = (request: FastifyRequest, role: Role | null): void => {
    if (role === null) anyone.add(request)
    else if (keys) callers.set(request, keys.require(keyOf(request), role))
  }
  const answer = async (
    { route, validate }: PreparedRoute,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    if (route.spec.role !== null && inFlight >= limits.inFlight) throw overloaded({ limit: limits.inFlight })
    inFlight++
    try {
      validate(request)
      return await send(reply, request, await route.handle(handled(request)))
    } finally {
      inFlight--
    }
  }
  for (const route of routes) {
    const { method, path, role } = route.spec
    const prepared = prepare(route)
    app.route({
      method,
      url: path,
      onRequest: (request, _, done) => {
        try {
          admit(request, role)
          done()
        } catch (error) {
          done(error as Error)
        }
      },
      handler: (request, reply) => answer(prepared, request, reply),
    })
  }
  for (const standard of standards)
    await app.register((scope, _, done) => {
      addStandard(scope, standard, { prepare, admit, answer, told: (error, request) => told(parts, error, request) })
      done()
    })
  app.setNotFoundHandler((request, reply) => sendProblem(problemOf(notFound(routes, request), request.id), reply))
  return { app, inFlight: () => inFlight }
}

interface Counted {
  /** The key of a request, where there are keys. */
  readonly callers: WeakMap<FastifyRequest, string>
  /** Requests that nobody needs a key for: they are not counted. */
  readonly anyone: WeakSet<FastifyRequest>
}

async function limitRate(
  app: FastifyInstance,
  { perSecond }: ApplicationLimits,
  { callers, anyone }: Counted,
): Promise<void> {
  await app.register(rateLimit, {
    max: perSecond,
    timeWindow: 1000,
    hook: 'preValidation',
    allowList: (request: FastifyRequest) => anyone.has(request),
    keyGenerator: (request) => callers.get(request) ?? request.ip,
    errorResponseBuilder: () => tooManyRequests({ perSecond }),
  })
}

interface PreparedRoute {
  readonly route: Route
  validate(request: FastifyRequest): void
}

const prepare = (route: Route): PreparedRoute => ({ route, validate: validatorsOf(route) })

/** Errors as problems, and every answer measured. */
function addHooks(app: FastifyInstance, parts: ApplicationParts): void {
  const { metrics } = parts
  app.setErrorHandler((error, request, reply) => sendProblem(told(parts, error, request), reply))
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    metrics.request({ route, method: request.method, status: reply.statusCode }, reply.elapsedTime / 1000)
    done()
  })
}

/** Said to so many while it lasts that the log need not hear of it. */
const turnedAway: ReadonlySet<string> = new Set([overloaded.code, notReady.code])

/** An error as a problem; bugs of ours, and what the machine refuses, are heard of. */
function told({ limits, onError }: ApplicationParts, error: unknown, request: FastifyRequest): Problem {
  const problem = problemOf(
    translated(error as FastifyError, limits.bodyBytes, request.headers['content-type']),
    request.id,
  )
  if (problem.status >= 500 && !turnedAway.has(problem.code)) onError(error, request.id)
  return problem
}

const handled = ({ id, params, query, body }: FastifyRequest): HandledRequest => ({ id, params, query, body })

/** Checks what a route takes; throws `SERVING_REQUEST_INVALID` with every fault. */
function validatorsOf({ spec, checksBody = true }: Route): (request: FastifyRequest) => void {
  const { params, query, body } = spec
  const ofParams = params && schemaValidator(params, true)
  const ofQuery = query && schemaValidator(query, true)
  const ofBody = body && checksBody ? schemaValidator(body) : null
  return (request) => {
    const faults = [
      ...(ofParams?.(request.params) ?? []),
      ...(ofQuery?.(request.query) ?? []),
      ...(ofBody?.(request.body ?? null) ?? []),
    ]
    if (faults.length === 0) return
    const issues = faults.map(({ pointer, message }) => ({ code: requestInvalid.code, path: pointer, message }))
    throw requestInvalid({ faults: faults.slice(0, 5).map(({ message }) => message) }, { issues })
  }
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const own = headers['x-api-key']
  if (typeof own === 'string') return own
  return /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]
}

function send(
  reply: FastifyReply,
  request: FastifyRequest,
  { status = 200, body, type, requestId, timing }: Answer,
): FastifyReply {
  reply.header('x-request-id', headerText(requestId ?? request.id))
  if (status === 503) reply.header('retry-after', retryAfterSeconds)
  if (timing) {
    const parts = Object.entries(timing).map(([name, ms]) => `${name};dur=${ms.toFixed(3)}`)
    reply.header('server-timing', parts.join(', '))
  }
  const text = type === undefined ? JSON.stringify(body) : String(body)
  return reply
    .status(status)
    .type(type ?? 'application/json; charset=utf-8')
    .send(text)
}

/** A header holds less than an id may: what does not fit is written as in an address. */
const headerText = (id: string): string =>
  /^[\x21-\x7e]+$/.test(id) ? id : encodeURIComponent(Buffer.from(id).toString())

function notFound(routes: readonly Route[], { method, url }: FastifyRequest): Error {
  const path = url.split('?')[0] ?? url
  const same = routes.filter(({ spec }) => pathPattern(spec.path).test(path)).map(({ spec }) => spec.method)
  if (same.length > 0) return methodWrong({ method, path, allowed: same })
  return routeUnknown({ method, path, hint: 'GET /openapi.json describes what there is' })
}
