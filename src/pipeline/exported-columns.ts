/** The columns of exported logs: the names that the config reads, over the fields of the event log. */
import type { Config } from '../features/index.js'
import {
  actionsDeclaration,
  allFeatures,
  featureGroups,
  impressionsDeclaration,
  sourceColumnOf,
  weightsColumnOf,
} from '../features/index.js'
import { quoteText } from '../sql/index.js'

/** SQL by the name of the column. */
type Columns = ReadonlyMap<string, string>

/** Columns that a config does not name. */
const defaults = {
  user: 'user',
  item: 'item',
  time: 'timestamp',
  request: 'request',
  kind: 'kind',
  known: 'received',
  seen: 'seen',
}

/** What was shown: keys, moment, place, and the features of user and context as they were used. */
export function impressionColumns(config: Config): Columns {
  const { data } = config
  const columns = new Map([...keys(data), [requestColumn(config), 'requestId']])
  columns.set(itemColumn(data), `item->>'id'`)
  const { known, seen } = impressionsDeclaration(config) ?? {}
  columns.set(known ?? defaults.known, 'received')
  columns.set(seen ?? defaults.seen, 'seen')
  const { position, propensity } = data
  if (position) columns.set(position.column, `CAST(coalesce(position, item->>'position') AS BIGINT)`)
  if (propensity) columns.set(propensity.column, `coalesce(CAST(item->>'propensity' AS DOUBLE), 1)`)
  for (const [name, sql] of featureColumns(config)) if (!columns.has(name)) columns.set(name, sql)
  return columns
}

/** What was done. */
export function actionColumns(config: Config): Columns {
  const { data } = config
  const declared = actionsDeclaration(config)
  return new Map([
    [declared?.user ?? data.user ?? defaults.user, 'user'],
    [declared?.item ?? itemColumn(data), 'item'],
    [declared?.time ?? data.time ?? defaults.time, 'time'],
    [requestColumn(config), 'requestId'],
    [declared?.kind ?? defaults.kind, 'action'],
    [declared?.known ?? defaults.known, 'received'],
  ])
}

const keys = ({ user, time }: Config['data']): [string, string][] => [
  [user ?? defaults.user, 'user'],
  [time ?? defaults.time, 'time'],
]
const itemColumn = ({ item }: Config['data']): string => item ?? defaults.item
const requestColumn = (config: Config): string => actionsDeclaration(config)?.request ?? defaults.request

/** Features of user and context by the column that they read; what is of the past is made anew from the actions. */
function featureColumns(config: Config): [string, string][] {
  const declared = allFeatures(config)
  const { user = {}, context = {} } = featureGroups(config)
  const { history = {}, aggregates = {} } = config.data
  const ofPast = new Set([...Object.keys(history), ...Object.keys(aggregates)])
  const columnsOf = (names: readonly string[], field: string): [string, string][] =>
    names.flatMap((name): [string, string][] => {
      const source = sourceColumnOf(name, declared)
      const weights = weightsColumnOf(name, declared)
      if (ofPast.has(source)) return []
      const value = valueSql(declared[name]?.kind ?? '', field, [name, source])
      return [
        [source, value],
        ...(weights === undefined ? [] : [[weights, listSql(field, weights, 'DOUBLE')] as [string, string]]),
      ]
    })
  return [...columnsOf(Object.keys(user), 'userFeatures'), ...columnsOf(Object.keys(context), 'context')]
}

const numberKinds: ReadonlySet<string> = new Set(['numeric', 'bucketized', 'quantile'])

/** A value under the feature's name, or under that of its column. */
function valueSql(kind: string, field: string, names: readonly string[]): string {
  const one = (name: string): string => {
    if (kind === 'list') return listSql(field, name, 'VARCHAR')
    const text = `${field}->>${pathOf(name)}`
    return numberKinds.has(kind) ? `TRY_CAST(${text} AS DOUBLE)` : `(${text})`
  }
  return `coalesce(${[...new Set(names)].map(one).join(', ')})`
}

const listSql = (field: string, name: string, type: string): string =>
  `TRY_CAST(json_extract(${field}, ${pathOf(name)}) AS ${type}[])`

/** A JSON pointer: names may have dots. */
const pathOf = (name: string): string => quoteText(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
