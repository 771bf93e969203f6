/** How the HTTP server treats connections: time limits, and an answer to what is no HTTP. */
import { randomUUID } from 'node:crypto'
import type { ConnectionError, FastifyServerOptions } from 'fastify'
import type { Socket } from 'node:net'
import { problemType } from '../../protocol/index.js'
import { requestUnparsable } from '../errors.js'
import type { ApplicationLimits } from './application.js'
import { problemOf, sendProblem } from './problem.js'

/** Bytes of all headers together. */
const longestHeaders = 16_384
/** Longer than a balancer keeps an idle connection, so that it never sends into one that we are closing. */
const keepAliveMs = 65_000

export function fastifyOptions({ bodyBytes, arrivalMs }: ApplicationLimits): FastifyServerOptions & { http: object } {
  return {
    bodyLimit: bodyBytes,
    requestTimeout: arrivalMs,
    connectionTimeout: keepAliveMs + arrivalMs,
    keepAliveTimeout: keepAliveMs,
    genReqId: () => randomUUID(),
    http: {
      maxHeaderSize: longestHeaders,
      // By itself Node looks every half a minute, and takes the longer of the two limits for both.
      connectionsCheckingInterval: 500,
      headersTimeout: arrivalMs,
    },
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    // An id of 256 characters, each written as up to twelve in an address.
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: (error, request, reply) => {
      void sendProblem(problemOf(requestUnparsable({ reason: error.message }), request.id), reply)
    },
    clientErrorHandler: answerUnparsable,
  }
}

const statuses: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}

/** Clients and balancers open connections before they have a request: these may idle as long as one that was used. */
const isOpenedAhead = ({ code }: ConnectionError, { bytesRead }: Socket): boolean =>
  code === 'ERR_HTTP_REQUEST_TIMEOUT' && bytesRead === 0

/** There is no request to answer yet: the answer is written as it stands on the wire. */
function answerUnparsable(error: ConnectionError, socket: Socket): void {
  if (!socket.writable || isOpenedAhead(error, socket)) return
  const [status, title] = statuses[error.code] ?? [400, 'Bad Request']
  const problem = { ...problemOf(requestUnparsable({ reason: error.message }), randomUUID()), status, title }
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${String(status)} ${title}`,
    `content-type: ${problemType}`,
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
