/** What the protocols of others share: raw rows, and errors of one sentence. */
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Most rows of one request. */
export const largestRowBatch = 10_000

/** Raw values by feature, any of them missing; a server that reads them says what is wrong with a value. */
export const RowValues = Type.Record(Type.String(), Type.Unknown(), { maxProperties: 1000 })
export type RowValues = Static<typeof RowValues>

export const BriefError = Type.Object({ error: Type.String() })
