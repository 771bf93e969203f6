/** The records of a log in their order, from one position to another. */
import { stat } from 'node:fs/promises'
import type { DamagedRecord, ReadRecord } from './event-log.js'
import { positionForeign } from './errors.js'
import { eventOf, isErased } from './log-line.js'
import type { LogPosition } from './log-position.js'
import { segmentNumbers, segmentPath } from './segment-files.js'
import { eachLine, lineNumberAt, wholeLines } from './segment-lines.js'

export interface ReadSource {
  readonly directory: string
  readonly end: LogPosition
  onDamage(damage: DamagedRecord): void
}

/** Throws `EVENTS_POSITION_FOREIGN` where `from` is of another log, or lies behind the end. */
export async function* readRecords(
  { directory, end, onDamage }: ReadSource,
  from: LogPosition = { log: end.log, segment: 0, offset: 0 },
): AsyncGenerator<ReadRecord> {
  const isBehind = from.segment > end.segment || (from.segment === end.segment && from.offset > end.offset)
  if (from.log !== end.log || isBehind) throw positionForeign({ position: textOf(from), end: textOf(end) })
  for (const segment of await segmentNumbers(directory)) {
    if (segment < from.segment || segment > end.segment) continue
    const path = segmentPath(directory, segment)
    const to = segment === end.segment ? end.offset : (await stat(path)).size
    for await (const lines of wholeLines(path, segment === from.segment ? from.offset : 0, to)) {
      for (const line of eachLine(lines)) {
        if (isErased(line.bytes)) continue
        const event = eventOf(line.bytes)
        if (event) yield { event, next: { log: end.log, segment, offset: line.next } }
        else onDamage({ file: path, line: await lineNumberAt(path, line.offset), offset: line.offset })
      }
    }
  }
}

const textOf = ({ log, segment, offset }: LogPosition): string =>
  `segment ${String(segment)}, byte ${String(offset)} of ${log}`
