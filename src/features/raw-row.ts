/** Raw rows that are put together: stored features of a user with what a request says in their place. */
import type { RawValue } from './column.js'
import { allFeatures, sourceColumnOf } from './config-access.js'
import type { Config } from './feature-spec.js'

export type RawRow = Readonly<Record<string, RawValue>>

/** A stored row with the request's values in place of its own. Weights go with their values: stored ones never weigh the request's. */
export function withRequest(config: Pick<Config, 'features'>, stored: RawRow, request: RawRow): RawRow {
  const row: Record<string, RawValue> = { ...stored, ...request }
  const features = allFeatures(config)
  for (const [name, { weights }] of Object.entries(features)) {
    const isNew = request[name] !== undefined || request[sourceColumnOf(name, features)] !== undefined
    if (weights !== undefined && isNew && request[weights] === undefined) row[weights] = null
  }
  return row
}
