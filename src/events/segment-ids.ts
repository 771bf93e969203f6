/**
 * The ids of a segment as hashes: of one that is full they are kept in a file beside it, so that opening a long log reads its last
 * segment alone. The file can be lost: it is made again from the segment.
 */
import { readFile, stat } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { DamagedRecord } from './event-log.js'
import type { IdList } from './id-list.js'
import { createIdList } from './id-list.js'
import { idHash } from './id-memory.js'
import { eventOf, isErased } from './log-line.js'
import { idsPath, replaceFile, segmentPath } from './segment-files.js'
import { eachLine, lineNumberAt, wholeLines } from './segment-lines.js'

const checksumBytes = 4

export interface SegmentScan {
  readonly ids: IdList
  /** Where the last whole line ends. */
  readonly end: number
  /** Size of the file: larger than `end` where the last line is torn. */
  readonly size: number
}

/** Reads a whole segment; damaged lines are reported and left out. */
export async function scanSegment(path: string, onDamage: (damage: DamagedRecord) => void): Promise<SegmentScan> {
  const { size } = await stat(path)
  const ids = createIdList()
  let end = 0
  for await (const lines of wholeLines(path, 0, size)) {
    for (const { bytes, offset, next } of eachLine(lines)) {
      end = next
      if (isErased(bytes)) continue
      const event = eventOf(bytes)
      if (event) ids.add(idHash(event.id))
      else onDamage({ file: path, line: await lineNumberAt(path, offset), offset })
    }
  }
  return { ids, end, size }
}

/** Ids of a segment that is full. */
export async function segmentIds(
  directory: string,
  segment: number,
  onDamage: (damage: DamagedRecord) => void,
): Promise<IdList> {
  const kept = await readIds(idsPath(directory, segment))
  if (kept) return kept
  const { ids } = await scanSegment(segmentPath(directory, segment), onDamage)
  await writeIds(directory, segment, ids)
  return ids
}

export async function writeIds(directory: string, segment: number, ids: IdList): Promise<void> {
  const bytes = ids.bytes()
  const checksum = Buffer.alloc(checksumBytes)
  checksum.writeUInt32LE(crc32(bytes))
  await replaceFile(idsPath(directory, segment), Buffer.concat([bytes, checksum]))
}

/** `null` where the file is missing or is not what was written. */
async function readIds(path: string): Promise<IdList | null> {
  const bytes = await readFile(path).catch(() => null)
  const end = (bytes?.length ?? 0) - checksumBytes
  if (!bytes || end < 0 || bytes.readUInt32LE(end) !== crc32(bytes.subarray(0, end))) return null
  return createIdList(bytes.subarray(0, end))
}
