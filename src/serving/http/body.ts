/** Reading bodies: JSON, and for events JSON lines. */
import type { FastifyInstance } from 'fastify'
import { bodyUnreadable } from '../errors.js'

const strict = new TextDecoder('utf-8', { fatal: true })
/** JSON that is nested deeper is no request; a parser that recurses could fall over it. */
const deepest = 64

/** Teaches an application the content types that we take. */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => {
    answer(done, () => parseJson(textOf(body as Buffer)))
  })
  app.addContentTypeParser(['application/x-ndjson', 'application/jsonl'], { parseAs: 'buffer' }, (_, body, done) => {
    answer(done, () => parseLines(textOf(body as Buffer)))
  })
}

function answer(done: (error: Error | null, body?: unknown) => void, parse: () => unknown): void {
  try {
    done(null, parse())
  } catch (error) {
    done(error as Error)
  }
}

/** A body that is JSON, whatever its content type says. */
export const readJson = (body: Buffer): unknown => parseJson(textOf(body))

function textOf(body: Buffer): string {
  try {
    return strict.decode(body)
  } catch {
    throw bodyUnreadable({ reason: 'it is not valid UTF-8' })
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw bodyUnreadable({ reason: 'it is empty' })
  requireShallow(text)
  try {
    // Only where the name occurs is it worth a look at every value.
    return JSON.parse(text, text.includes('__proto__') ? withoutPrototypes : undefined) as unknown
  } catch (error) {
    throw bodyUnreadable({ reason: error instanceof Error ? error.message : String(error) })
  }
}

/** One event a line; a line that is no JSON is told by the event's own checks. */
function parseLines(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) throw bodyUnreadable({ reason: 'it has no line' })
  return { events: lines.map((line) => (isJson(line) ? parseJson(line) : line)) }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** `__proto__` is a name like others in JSON and none that anybody needs. */
function withoutPrototypes(this: unknown, key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value
}

function requireShallow(text: string): void {
  let depth = 0
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isInText) {
      if (code === backslash) at++
      else if (code === quote) isInText = false
    } else if (code === quote) isInText = true
    else if (code === openBrace || code === openBracket) {
      if (++depth > deepest) throw bodyUnreadable({ reason: `it is nested deeper than ${String(deepest)} levels` })
    } else if (code === closeBrace || code === closeBracket) depth--
  }
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [34, 92, 123, 125, 91, 93]
