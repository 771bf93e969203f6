/** Opening an event log: its lock and its id, the end of its last segment, and the ids that it knows. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFile, makeDirectory, takeLock } from '../base/index.js'
import { createErasing } from './erasing.js'
import { removeHalfCopies } from './erasure.js'
import { logFormatUnknown, logLocked } from './errors.js'
import type { EventLog, EventLogOptions } from './event-log.js'
import { createGroupCommit } from './group-commit.js'
import type { IdList } from './id-list.js'
import { createIdList } from './id-list.js'
import { createIdMemory } from './id-memory.js'
import type { LogPosition } from './log-position.js'
import type { ReadSource } from './read-records.js'
import { readRecords } from './read-records.js'
import { segmentNumbers, segmentPath } from './segment-files.js'
import { scanSegment, segmentIds } from './segment-ids.js'
import { openSegmentWriter } from './segment-writer.js'
import { createTurns } from './turns.js'

type Settings = Required<EventLogOptions>

const defaults = { segmentBytes: 64 * 2 ** 20, rememberedIds: 1_000_000, onDamage: (): void => undefined }
const formatVersion = 1

/**
 * Opens the log of a directory, or makes one; cuts a torn last record off. Throws `EVENTS_LOG_LOCKED` while another process has it, and
 * `EVENTS_FORMAT_UNKNOWN`.
 */
export async function openEventLog(directory: string, options: EventLogOptions = {}): Promise<EventLog> {
  makeDirectory(directory)
  const path = join(directory, 'lock')
  const lock = takeLock(path, (holder) => logLocked({ path, holder }))
  const release = (): void => {
    lock.release()
  }
  try {
    return await openLocked(directory, { ...defaults, ...options }, release)
  } catch (error) {
    release()
    throw error
  }
}

async function openLocked(directory: string, settings: Settings, release: () => void): Promise<EventLog> {
  const id = await identityOf(directory)
  await removeHalfCopies(directory)
  const last = await lastSegment(directory, settings)
  const memory = createIdMemory(settings.rememberedIds)
  for (const ids of await recentIds(directory, last, settings)) for (const hash of ids) memory.add(hash)
  const writer = await openSegmentWriter({ directory, segmentBytes: settings.segmentBytes, ...last })

  const inTurn = createTurns()
  const commits = createGroupCommit({ memory, inTurn, write: (lines, hashes) => writer.write(lines, hashes) })
  const end = (): LogPosition => ({ log: id, segment: writer.segment, offset: writer.size })
  const source = (): ReadSource => ({ directory, end: end(), onDamage: settings.onDamage })
  const erasing = createErasing({ directory, writer, inTurn }, (event) => commits.append([event]))
  await erasing.resume()
  let closing: Promise<void> | null = null
  /** By then the files may be another process's. */
  const mustBeOpen = (): void => {
    if (closing) throw new Error('internal: the event log was closed')
  }
  return {
    id,
    cutBytes: last.cutBytes,
    async append(events) {
      mustBeOpen()
      return commits.append(events)
    },
    read: (from) => readRecords(source(), from),
    end,
    async erase(user) {
      mustBeOpen()
      return erasing.erase(user)
    },
    close: () => (closing ??= erasing.idle().then(() => inTurn(() => writer.close()).finally(release))),
  }
}

/** The id that the log got when it was made. */
async function identityOf(directory: string): Promise<string> {
  const path = join(directory, 'log.json')
  if (!existsSync(path)) createFile(path, JSON.stringify({ formatVersion, id: randomUUID() }), `${path}.partial`)
  const kept = JSON.parse(await readFile(path, 'utf8')) as { formatVersion: number; id: string }
  if (kept.formatVersion !== formatVersion)
    throw logFormatUnknown({ file: path, got: kept.formatVersion, known: formatVersion })
  return kept.id
}

interface LastSegment {
  readonly segment: number
  /** Where its last whole record ends. */
  readonly size: number
  readonly cutBytes: number
  readonly ids: IdList
}

async function lastSegment(directory: string, { onDamage }: Settings): Promise<LastSegment> {
  const segment = (await segmentNumbers(directory)).at(-1)
  if (segment === undefined) return { segment: 1, size: 0, cutBytes: 0, ids: createIdList() }
  const { ids, end, size } = await scanSegment(segmentPath(directory, segment), onDamage)
  return { segment, size: end, cutBytes: size - end, ids }
}

/** Ids of the last segment and of as many before it as are to be remembered, the oldest first. */
async function recentIds(directory: string, last: LastSegment, settings: Settings): Promise<readonly IdList[]> {
  const lists = [last.ids]
  let count = last.ids.count
  for (const segment of (await segmentNumbers(directory)).reverse()) {
    if (segment >= last.segment) continue
    if (count >= settings.rememberedIds) break
    const ids = await segmentIds(directory, segment, settings.onDamage)
    lists.unshift(ids)
    count += ids.count
  }
  return lists
}
