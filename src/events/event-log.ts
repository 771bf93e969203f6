/**
 * The append-only event log: segment files of one JSON record a line. An acknowledged event is on disk, exactly once; appends that
 * wait while a sync runs go out together with the next one.
 */
import type { LogPosition } from './log-position.js'
import type { LoggedEvent } from './logged-event.js'

export interface EventLogOptions {
  /** A new segment is begun once one is so long. Default 64 MiB. */
  readonly segmentBytes?: number
  /** At least so many of the last ids are remembered: an older one would be written again. Default 1,000,000, in at most 32 MiB of memory. */
  readonly rememberedIds?: number
  /** Hears of each record that is found damaged, when it is come upon: at opening or in reading. Default: nobody. */
  onDamage?(damage: DamagedRecord): void
}

/** A whole line that is not what was written; readers leave it out. */
export interface DamagedRecord {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** Bytes from the beginning of the file. */
  readonly offset: number
}

export interface AppendResult {
  /** How many were written by this call. */
  readonly accepted: number
  /** How many were known already, and are on disk. */
  readonly duplicates: number
}

/** A record with the position behind it. */
export interface ReadRecord {
  readonly event: LoggedEvent
  readonly next: LogPosition
}

export interface EventLog {
  /** Made with the log; positions carry it. */
  readonly id: string
  /** Bytes of a torn last record that opening cut off. */
  readonly cutBytes: number
  /**
   * Writes events and resolves once they are on disk, duplicates too. Rejects with `EVENTS_WRITE_FAILED` when the disk refuses, and
   * with `EVENTS_RECORD_TOO_LARGE`: nothing that this call brought is then in the log, and it may be made again.
   */
  append(events: readonly LoggedEvent[]): Promise<AppendResult>
  /** Records in their order from a position to the end as it is when asked. Default: from the first there is. */
  read(from?: LogPosition): AsyncIterable<ReadRecord>
  /** Behind the last record on disk. */
  end(): LogPosition
  /** Takes every record of a user out of every segment and leaves an `erased` record; resolves when it is on disk. */
  erase(user: string): Promise<void>
  /** Waits for what is being written and lets go of the lock. */
  close(): Promise<void>
}
