/** Features that say something of one request with one item: of these alone a value for each candidate is needed at serving. */
import { allFeatures, featureGroups, sourceColumnOf } from '../config-access.js'
import type { Config } from '../feature-spec.js'
import { aggregateDefinitions, pastDefinitions } from './past-definitions.js'
import type { PastDefinition } from './past-definition.js'

type Declared = Pick<Config, 'data' | 'features'>

/**
 * The features that read an aggregate of the item and the user, or one of the item alone from outside the group `item`: there it
 * follows the events, among the item's own features it is what the catalogue says.
 */
export function pairFeatures(config: Declared): ReadonlySet<string> {
  const ofItem = featureGroups(config).item ?? {}
  const byName = new Map(aggregateDefinitions(config, 1).map((definition) => [definition.name, definition.by]))
  const declared = allFeatures(config)
  const isPair = (name: string): boolean => {
    const by = byName.get(sourceColumnOf(name, declared)) ?? []
    return by.includes('item') && (by.includes('user') || !Object.hasOwn(ofItem, name))
  }
  return new Set(Object.keys(declared).filter(isPair))
}

/** What of the past follows the events at serving: all but aggregates that are an item's own features. */
export function liveDefinitions(config: Declared, unitsPerSecond: number): PastDefinition[] {
  const declared = allFeatures(config)
  const read = new Set([...pairFeatures(config)].map((name) => sourceColumnOf(name, declared)))
  return pastDefinitions(config, unitsPerSecond).filter(({ name, by }) => by.includes('user') || read.has(name))
}
