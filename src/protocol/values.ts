/** Values that several requests share. */
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Ids are texts of all characters that every database can hold; the limit keeps keys of indexes and logs small. */
export const Id = Type.String({ minLength: 1, maxLength: 256, pattern: String.raw`^[^\u0000\p{Surrogate}]*$` })

/** A raw value of a feature, as the logs have it. */
export const FeatureValue = Type.Union([
  Type.String({ maxLength: 4096 }),
  Type.Number(),
  Type.Boolean(),
  Type.Null(),
  Type.Array(Type.Union([Type.String({ maxLength: 4096 }), Type.Number()]), { maxItems: 1000 }),
])
export type FeatureValue = Static<typeof FeatureValue>

/** Raw values by feature. */
export const FeatureValues = Type.Record(Type.String(), FeatureValue, { maxProperties: 1000 })
export type FeatureValues = Static<typeof FeatureValues>

/** Milliseconds since 1970. Years 1970 to 9999: seconds that were meant as milliseconds are 1970, which `check` sees. */
export const Moment = Type.Integer({
  minimum: 0,
  maximum: 253_402_300_799_999,
  description: 'milliseconds since 1970-01-01T00:00:00Z',
})

export const ModelInfo = Type.Object({
  name: Type.String(),
  version: Type.String({ description: 'number of the version in the registry, or the name of the bundle' }),
  alias: Type.Union([Type.String(), Type.Null()]),
})
export type ModelInfo = Static<typeof ModelInfo>

export const Timings = Type.Object({
  retrieveMs: Type.Number(),
  rankMs: Type.Number(),
  totalMs: Type.Number(),
})
export type Timings = Static<typeof Timings>
