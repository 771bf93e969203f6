/** Raw rows that are put together: stored features of a user with what a request says in their place. */
import type { RawValue } from './column.js'
import { allFeatures, sourceColumnOf } from './config-access.js'
import type { Config } from './feature-spec.js'

export type RawRow = Readonly<Record<string, RawValue>>

/** A stored row with the request's values in place of its own. Weights go with their values: stored ones never weigh the request's. */
export function withRequest(config: Pick<Config, 'features'>, stored: RawRow, request: RawRow): RawRow {
  const row: Record<string, RawValue> = { ...stored, ...request }
  for (const { name, source, weights } of weightedFeatures(config)) {
    const isNew = request[name] !== undefined || request[source] !== undefined
    if (isNew && request[weights] === undefined) row[weights] = null
  }
  return row
}

/** A feature whose values have weights in a column beside them. */
interface WeightedFeature {
  readonly name: string
  readonly source: string
  readonly weights: string
}

/** Every request asks for those of its model. */
const known = new WeakMap<Config['features'], readonly WeightedFeature[]>()

function weightedFeatures(config: Pick<Config, 'features'>): readonly WeightedFeature[] {
  const found = known.get(config.features)
  if (found) return found
  const features = allFeatures(config)
  const made = Object.entries(features).flatMap(([name, { weights }]) =>
    weights === undefined ? [] : [{ name, source: sourceColumnOf(name, features), weights }],
  )
  known.set(config.features, made)
  return made
}
