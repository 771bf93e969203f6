/** What a config asks of the past, as the definitions that preparation and serving both execute. */
import { actionsDeclaration } from '../config-access.js'
import type { AggregateDeclaration } from '../data-spec.js'
import { durationSeconds } from '../duration.js'
import type { Config } from '../feature-spec.js'
import type { PastDefinition, PastKey, PastSource } from './past-definition.js'

/** Impressions at the prior rate that a rate begins with: so many of its own outweigh it. */
export const defaultSmoothing = 20

/** Items of a history that does not say how many. */
export const defaultLast = 20

/** The aggregates of a config; `unitsPerSecond` is that of its moments. */
export function aggregateDefinitions(config: Pick<Config, 'data'>, unitsPerSecond: number): PastDefinition[] {
  return Object.entries(config.data.aggregates ?? {}).map(([name, declared]) => ({
    name,
    take: declared.take,
    by: keysOf(declared.by),
    source: sourceOf(config, declared.action),
    window: declared.within === undefined ? null : durationSeconds(declared.within) * unitsPerSecond,
    smoothing: declared.smoothing ?? defaultSmoothing,
    last: 0,
    unitsPerSecond,
  }))
}

/** The aggregates of a config and its histories of actions: what serving must know of the past. */
export function pastDefinitions(config: Pick<Config, 'data'>, unitsPerSecond: number): PastDefinition[] {
  const histories = Object.entries(config.data.history ?? {}).flatMap(([name, { action, last }]): PastDefinition[] =>
    action === undefined
      ? []
      : [
          {
            name,
            take: 'items',
            by: ['user'],
            source: sourceOf(config, action),
            window: null,
            smoothing: 0,
            last: last ?? defaultLast,
            unitsPerSecond,
          },
        ],
  )
  return [...histories, ...aggregateDefinitions(config, unitsPerSecond)]
}

const keysOf = (by: AggregateDeclaration['by']): readonly PastKey[] => (typeof by === 'string' ? [by] : by)

function sourceOf(config: Pick<Config, 'data'>, action: AggregateDeclaration['action']): PastSource {
  if (action === undefined) return { of: 'impressions' }
  return { of: 'actions', kinds: actionKinds(config.data, action) }
}

/** The kinds that a declaration asks for; `null` for any: a log without kinds has one, whatever it is called. */
export function actionKinds(data: Config['data'], action: string | readonly string[]): readonly string[] | null {
  if (actionsDeclaration({ data })?.kind === undefined) return null
  return typeof action === 'string' ? [action] : action
}
