/** Which columns of the data a config names, and where it names them. */
import type { Config } from '../features/index.js'
import {
  actionsDeclaration,
  allFeatures,
  featureGroups,
  impressionsDeclaration,
  rawNames,
  sourceColumnOf,
  weightsColumnOf,
} from '../features/index.js'

/** Column names to the path in the config that names them first; histories are made here and so not needed. */
export function neededColumns(config: Pick<Config, 'data' | 'features'>): Map<string, string> {
  const { data } = config
  const needed = new Map<string, string>()
  const need = (name: string | undefined, path: string): void => {
    if (name !== undefined && !needed.has(name)) needed.set(name, path)
  }
  need(data.label?.column, 'data.label.column')
  need(actionsDeclaration(config)?.request, 'data.actions.request')
  need(impressionsDeclaration(config)?.known, 'data.impressions.known')
  need(impressionsDeclaration(config)?.seen, 'data.impressions.seen')
  need(data.position?.column, 'data.position.column')
  need(data.propensity?.column, 'data.propensity.column')
  need(data.weight, 'data.weight')
  need(data.user, 'data.user')
  need(data.item, 'data.item')
  need(data.time, 'data.time')
  need(timeColumn(config), 'data.split.column')
  need(data.title, 'data.title')
  if (data.split?.by === 'column') need(data.split.column, 'data.split.column')
  for (const [index, { on }] of (data.join ?? []).entries()) {
    need(typeof on === 'string' ? on : on.examples, `data.join[${String(index)}].on`)
  }
  for (const [name, history] of Object.entries(data.history ?? {})) {
    if (history.action === undefined) need(history.of, `data.history.${name}.of`)
    need(history.where?.column, `data.history.${name}.where.column`)
  }
  for (const [name, source] of sourceFeatures(config)) need(source, `features.${name}`)
  const features = allFeatures(config)
  for (const name of Object.keys(features)) {
    const weights = weightsColumnOf(name, features)
    if (weights === undefined || !Object.hasOwn(data.history ?? {}, weights)) need(weights, `features.${name}.weights`)
  }
  return needed
}

/** Columns that examples keep: what features read, the keys and the title. The others are for joins, labels, weights and times alone. */
export function exampleColumns(config: Pick<Config, 'data' | 'features'>): string[] {
  const { user, item, title } = config.data
  const features = allFeatures(config)
  const read = Object.keys(features).flatMap((name) => [
    sourceColumnOf(name, features),
    weightsColumnOf(name, features),
  ])
  return [user, item, title, ...read].filter((name) => name !== undefined)
}

/** The column that says when: of the keys, or of a split by time. */
export function timeColumn({ data }: Pick<Config, 'data'>): string | undefined {
  return (data.split?.by === 'time' ? data.split.column : undefined) ?? data.time
}

/** Features that are read from the data, not made of histories or aggregates, with the column that each reads. */
export function sourceFeatures(config: Pick<Config, 'data' | 'features'>): [string, string][] {
  const made = { ...config.data.history, ...config.data.aggregates }
  const features = allFeatures(config)
  return Object.keys(features)
    .map((name): [string, string] => [name, sourceColumnOf(name, features)])
    .filter(([, source]) => !(source in made))
}

/** What a raw row of the features of one group holds. */
export const groupRawNames = (config: Pick<Config, 'features'>, group: 'user' | 'item'): string[] =>
  rawNames(Object.keys(featureGroups(config)[group] ?? {}), allFeatures(config))
