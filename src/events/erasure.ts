/**
 * Taking a user out of the segments. Each is copied with spaces in the place of the user's lines, synced and renamed over the old one:
 * a kill leaves the one or the other, and positions stay valid.
 */
import type { FileHandle } from 'node:fs/promises'
import { copyFile, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { erasedLine, eventOf } from './log-line.js'
import { segmentNumbers, segmentPath, syncNames } from './segment-files.js'
import { eachLine, wholeLines } from './segment-lines.js'
import type { SegmentWriter } from './segment-writer.js'

export interface ErasedLog {
  readonly directory: string
  readonly writer: SegmentWriter
  /** Runs some work when the work before it is done: nothing is written meanwhile. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
}

const copyEnding = '.erasing'

/** Removes the copies that a kill left half made. */
export async function removeHalfCopies(directory: string): Promise<void> {
  for (const name of await readdir(directory)) if (name.endsWith(copyEnding)) await rm(join(directory, name))
}

/** Takes every line of a user out that is in the log when it is called. */
export async function eraseLines(log: ErasedLog, user: string): Promise<void> {
  const { segment: last, size } = log.writer
  for (const segment of await segmentNumbers(log.directory)) {
    if (segment > last) continue
    const path = segmentPath(log.directory, segment)
    const end = segment === last ? size : (await stat(path)).size
    const places = await placesOf(user, path, end)
    if (places.length > 0) await rewrite(log, { segment, end, places })
  }
}

interface Place {
  readonly offset: number
  readonly bytes: number
}

/** Where the user's lines are. A damaged line that names the user is one of them. */
async function placesOf(user: string, path: string, end: number): Promise<Place[]> {
  // So it stands in a line that `JSON.stringify` wrote; what else has it is told apart by the event.
  const named = `"user":${JSON.stringify(user)}`
  const found: Place[] = []
  for await (const lines of wholeLines(path, 0, end)) {
    if (!lines.bytes.includes(named)) continue
    for (const { bytes, offset, next } of eachLine(lines)) {
      if (!bytes.includes(named)) continue
      const event = eventOf(bytes)
      const isMeant = event === null || (event.type !== 'item' && event.type !== 'erased' && event.user === user)
      if (isMeant) found.push({ offset, bytes: next - offset })
    }
  }
  return found
}

interface Rewrite {
  readonly segment: number
  /** How far the segment was looked at. */
  readonly end: number
  readonly places: readonly Place[]
}

async function rewrite({ directory, writer, inTurn }: ErasedLog, { segment, end, places }: Rewrite): Promise<void> {
  const path = segmentPath(directory, segment)
  const copy = `${path}${copyEnding}`
  await copyFile(path, copy)
  const file = await open(copy, 'r+')
  try {
    for (const { offset, bytes } of places) await file.write(erasedLine(bytes), 0, bytes, offset)
    await file.sync()
    await inTurn(async () => {
      const isCurrent = segment === writer.segment
      const size = isCurrent ? writer.size : (await stat(path)).size
      await copyTail(path, file, { from: end, to: size })
      const replace = (): Promise<void> => rename(copy, path)
      await (isCurrent ? writer.reopen(replace) : replace())
      await syncNames(directory)
    })
  } finally {
    await file.close()
    await rm(copy, { force: true })
  }
}

/** What came to the segment after it was looked at: the copy may have the beginning of a write. */
async function copyTail(path: string, copy: FileHandle, { from, to }: { from: number; to: number }): Promise<void> {
  await copy.truncate(from)
  for await (const { bytes, offset } of wholeLines(path, from, to)) await copy.write(bytes, 0, bytes.length, offset)
  await copy.sync()
}
