/** The segment that is being written. What a failed write left is cut off before anything else is written behind it. */
import type { FileHandle } from 'node:fs/promises'
import { constants, open } from 'node:fs/promises'
import { logWriteFailed } from './errors.js'
import type { IdList } from './id-list.js'
import { createIdList } from './id-list.js'
import type { IdHash } from './id-memory.js'
import { segmentPath, syncNames } from './segment-files.js'
import { writeIds } from './segment-ids.js'

export interface SegmentWriter {
  /** Number of the segment. */
  readonly segment: number
  /** Bytes that are on disk for good. */
  readonly size: number
  /** Writes whole lines with these ids and syncs them; throws `EVENTS_WRITE_FAILED`, and then none of them stays. */
  write(lines: Buffer, hashes: Iterable<IdHash>): Promise<void>
  /** Lets go of the file while something is done to it (a system may not rename over an open file), and goes on in what has its name then. */
  reopen(change?: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

export interface WriterStart {
  readonly directory: string
  readonly segment: number
  readonly size: number
  /** Ids that the segment holds already. */
  readonly ids: IdList
  readonly segmentBytes: number
}

export async function openSegmentWriter(start: WriterStart): Promise<SegmentWriter> {
  const { directory, segmentBytes } = start
  let { segment, size, ids } = start
  let file = await openSegment(directory, segment)
  /** Whether there may be bytes behind `size`. */
  let isDirty = true

  const reopen = async (change = nothing): Promise<void> => {
    await file.close()
    try {
      await change()
    } finally {
      file = await openSegment(directory, segment)
    }
  }
  const cutOff = async (): Promise<void> => {
    await file.truncate(size)
    await file.sync()
    isDirty = false
  }
  const beginNext = async (): Promise<void> => {
    await writeIds(directory, segment, ids)
    const next = await openSegment(directory, segment + 1)
    await file.close()
    ;[file, segment, size, ids] = [next, segment + 1, 0, createIdList()]
  }
  await cutOff()

  return {
    get segment() {
      return segment
    },
    get size() {
      return size
    },
    async write(lines, hashes) {
      try {
        if (isDirty) await cutOff()
        if (size >= segmentBytes) await beginNext()
        isDirty = true
        await writeAll(file, lines, size)
        await file.datasync()
      } catch (cause) {
        // Where this fails too, it is tried again before the next write.
        if (isDirty) await reopen().then(cutOff).catch(nothing)
        throw logWriteFailed({ file: segmentPath(directory, segment), reason: (cause as Error).message }, { cause })
      }
      isDirty = false
      size += lines.length
      for (const hash of hashes) ids.add(hash)
    },
    reopen,
    close: () => file.close(),
  }
}

/** Opens a segment, making it where it is not there yet; its name is on disk before anything is written to it. */
async function openSegment(directory: string, segment: number): Promise<FileHandle> {
  const file = await open(segmentPath(directory, segment), constants.O_RDWR | constants.O_CREAT)
  try {
    await syncNames(directory)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

const nothing = (): Promise<void> => Promise.resolve()

/** A write may be short where the disk is nearly full: the rest then meets the error. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
