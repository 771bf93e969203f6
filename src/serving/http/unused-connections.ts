/** Connections that nothing was ever read from: Node counts them as busy, and a server that stops would wait for their time limit. */
import type { FastifyInstance } from 'fastify'
import type { Socket } from 'node:net'

/** Ends, when the application closes, the connections that were opened ahead of a request and never had one. */
export function endUnusedAtClose(app: FastifyInstance): void {
  const open = new Set<Socket>()
  app.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.addHook('preClose', (done) => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    done()
  })
}
