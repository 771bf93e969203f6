import { defineError, shown } from '../base/index.js'

export const logLocked = defineError<{ path: string; holder: string }>(
  'EVENTS_LOG_LOCKED',
  'environment',
  ({ path, holder }) =>
    `one process may write an event log at a time; ${path} is held by ${holder}; stop that process, or give this one a directory of its own`,
)

export const logFormatUnknown = defineError<{ file: string; got: unknown; known: number }>(
  'EVENTS_FORMAT_UNKNOWN',
  'data',
  ({ file, got, known }) =>
    `${file} must say formatVersion ${String(known)}; got ${shown(got)}; use the release that wrote it`,
)

export const logWriteFailed = defineError<{ file: string; reason: string }>(
  'EVENTS_WRITE_FAILED',
  'unavailable',
  ({ file, reason }) =>
    `events must be written to ${file} before they are acknowledged; got ${reason}; mend that and send them again with the same ids`,
)

export const recordTooLarge = defineError<{ id: string; bytes: number; limit: number }>(
  'EVENTS_RECORD_TOO_LARGE',
  'usage',
  ({ id, bytes, limit }) =>
    `an event must have at most ${String(limit)} bytes as JSON; got ${String(bytes)} in ${shown(id)}; send fewer features or fewer items in one event`,
)

export const positionForeign = defineError<{ position: string; end: string }>(
  'EVENTS_POSITION_FOREIGN',
  'data',
  ({ position, end }) =>
    `a position must lie in the event log, which ends at ${end}; got ${position}; bring the log back as it was, or begin a new state store`,
)

export const storeFailed = defineError<{ store: string; reason: string }>(
  'EVENTS_STORE_FAILED',
  'unavailable',
  ({ store, reason }) =>
    `the state store ${store} must answer; got ${reason}; see that it runs, that it may be written, and that there is room`,
)

export const storeUnknown = defineError<{ scheme: string }>(
  'EVENTS_STORE_UNKNOWN',
  'usage',
  ({ scheme }) => `a state store must be a path, sqlite:PATH or postgres://…; got ${scheme}://…`,
)
