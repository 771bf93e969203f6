/** One event as one line of JSON whose last field is a checksum of what stands before it. */
import { crc32 } from 'node:zlib'
import { recordTooLarge } from './errors.js'
import type { LoggedEvent } from './logged-event.js'

/** What DuckDB takes for one JSON object unless it is told otherwise. */
const lineBytesLimit = 2 ** 24
const newline = 0x0a
const space = 0x20
/** `,"crc":"01234567"}` */
const tailBytes = 18

/** The line of an event, its end included; throws `EVENTS_RECORD_TOO_LARGE`. */
export function lineOf(event: LoggedEvent): Buffer {
  const head = Buffer.from(JSON.stringify(event).slice(0, -1))
  const bytes = head.length + tailBytes + 1
  if (bytes > lineBytesLimit) throw recordTooLarge({ id: event.id, bytes, limit: lineBytesLimit })
  return Buffer.concat([head, Buffer.from(`${tailOf(head)}\n`)], bytes)
}

/** The event of a line without its end; `null` where the line is not what was written. */
export function eventOf(line: Buffer): LoggedEvent | null {
  const headBytes = line.length - tailBytes
  if (headBytes < 1 || line.toString('latin1', headBytes) !== tailOf(line.subarray(0, headBytes))) return null
  return JSON.parse(`${line.toString('utf8', 0, headBytes)}}`) as LoggedEvent
}

const tailOf = (head: Buffer): string => `,"crc":"${crc32(head).toString(16).padStart(8, '0')}"}`

/** What stands in the place of an erased line: as many spaces, so that positions and line numbers stay what they were. */
export function erasedLine(lineBytes: number): Buffer {
  const line = Buffer.alloc(lineBytes, space)
  line[lineBytes - 1] = newline
  return line
}

export const isErased = (line: Buffer): boolean => line[0] === space
