/** A place between two records of one event log; it stays valid for ever, also where records before it are erased. */
export interface LogPosition {
  /** The log's own id: a position means nothing in another log. */
  readonly log: string
  /** Number of the segment, from 1. */
  readonly segment: number
  /** Bytes from the beginning of the segment. */
  readonly offset: number
}
