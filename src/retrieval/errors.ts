import { defineError } from '../base/index.js'

export const retrievalMissing = defineError<{ bundle: string }>(
  'RETRIEVAL_MISSING',
  'usage',
  ({ bundle }) =>
    `the bundle ${bundle} must have a folder retrieval/; it has none; name data.user and data.item in the config and train again`,
)

export const retrievalVersionUnknown = defineError<{ directory: string; got: unknown; known: number }>(
  'RETRIEVAL_VERSION_UNKNOWN',
  'data',
  ({ directory, got, known }) =>
    `${directory} must have format version ${String(known)}; got ${String(got)}; use the release that wrote the bundle, or train again`,
)
