/** One keep-alive connection of HTTP/1.1 that has at most one request on its way: a client that costs next to nothing. */
import { connect } from 'node:net'

const headEnd = Buffer.from('\r\n\r\n')
/** The server says `keep-alive: timeout=65`; who sends just then may find the connection closed. */
const mostIdleMs = 60_000

/** The bytes of a request with a JSON body. */
export function requestBytes(path, body, method = 'POST') {
  const text = body === undefined ? '' : JSON.stringify(body)
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`
  return Buffer.from(head + text)
}

/** `send(bytes)` resolves to `{ status, body }`; rejects when the connection ends before the answer is whole. One that idled too long `isOpen` no more. */
export async function openConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let received = Buffer.alloc(0)
  let needed = Infinity
  let waiting = null
  let ended = null
  let usedAt = performance.now()
  const fail = (error) => {
    ended ??= error
    waiting?.reject(ended)
    waiting = null
  }
  const answer = () => {
    const head = received.indexOf(headEnd)
    if (head < 0) return
    if (needed === Infinity) {
      const length = /content-length: (\d+)/i.exec(received.latin1Slice(0, head))
      needed = head + headEnd.length + Number(length?.[1] ?? 0)
    }
    if (received.length < needed) return
    const { resolve } = waiting
    const whole = {
      status: Number(received.latin1Slice(9, 12)),
      body: received.subarray(head + headEnd.length, needed),
    }
    ;[received, needed, waiting] = [Buffer.alloc(0), Infinity, null]
    resolve(whole)
  }
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (waiting) answer()
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed')))
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return {
    get isOpen() {
      return ended === null && performance.now() - usedAt < mostIdleMs
    },
    send: (bytes) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended)
        waiting = { resolve, reject }
        usedAt = performance.now()
        socket.write(bytes)
      }),
    close: () => socket.destroy(),
  }
}
