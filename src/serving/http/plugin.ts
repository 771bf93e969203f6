/** A server within a Fastify application of somebody else's, below any prefix. */
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { Server } from '../server.js'

export interface WidedeepPluginOptions {
  /** Made by `createServer`; it need not listen, and closes with the application. */
  readonly server: Pick<Server, 'handler' | 'close'>
}

/** `app.register(widedeepPlugin, { server, prefix: '/reco' })`; hooks of the application see every request first. */
export const widedeepPlugin: FastifyPluginCallback<WidedeepPluginOptions> = (scope, { server }, done) => {
  // Bodies stay unread: the server has limits and parsers of its own.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_, payload, parsed) => {
    parsed(null, payload)
  })
  const handle = ({ raw }: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack()
    const below = (raw.url ?? '').slice(scope.prefix.length)
    raw.url = below.startsWith('/') ? below : `/${below}`
    server.handler(raw, reply.raw)
  }
  scope.all('/', handle)
  scope.all('/*', handle)
  scope.addHook('onClose', () => server.close())
  done()
}
