/** The items and the users of the data, with their latest raw features: what ranking and `recommend` look up. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RawValue } from '../features/index.js'
import { allFeatures, sourceColumnOf } from '../features/index.js'
import type { CellValue } from '../sql/index.js'
import { openDatabase, quoteName, quoteText } from '../sql/index.js'
import type { EncodeContext } from './encode-table.js'
import { actedSql, relevantSql } from './label-relevance.js'
import type { HistoryTables } from './history.js'
import { groupRawNames } from './needed-columns.js'

export interface CatalogueItem {
  readonly key: string
  readonly title: string | null
  /** Features of the `item` group, as they were last seen. */
  readonly features: Readonly<Record<string, RawValue>>
  /** Rows of the training split with a label above 0: the item's popularity. */
  readonly positives: number
}

export interface CatalogueUser {
  readonly key: string
  /** Features of the `user` group as of the end of the training split, histories included: later rows would tell an evaluation its answers. */
  readonly features: Readonly<Record<string, RawValue>>
  /** Keys of the items that the user acted on in the training split. */
  readonly seen: readonly string[]
}

const itemsFile = 'items.parquet'
const usersFile = 'users.parquet'

/** Writes `items.parquet` and `users.parquet` where the config names those keys; returns the names of the files. */
export async function writeCatalogue(
  context: EncodeContext,
  histories: readonly HistoryTables[],
  directory: string,
): Promise<string[]> {
  const { config, columns, database } = context
  const item = columns.get(config.data.item ?? '')
  const user = columns.get(config.data.user ?? '')
  const written: string[] = []
  const write = async (file: string, query: string): Promise<void> => {
    await database.run(`COPY (${query}) TO ${quoteText(join(directory, file))} (FORMAT parquet)`)
    written.push(file)
  }
  if (item !== undefined) await write(itemsFile, itemsSql(context, item))
  if (user !== undefined) await write(usersFile, usersSql(context, { user, item, histories }))
  return written
}

/** In the order in which the data first names them. */
function itemsSql({ config, columns, labels }: EncodeContext, item: string): string {
  const features = groupRawNames(config, 'item').map(
    (name) => `${latestSql(columns.get(name) ?? '')} AS ${quoteName(`f_${name}`)}`,
  )
  const title = columns.get(config.data.title ?? '')
  const select = [
    `CAST(${item} AS VARCHAR) AS key`,
    `${title === undefined ? 'CAST(NULL AS VARCHAR)' : `CAST(${latestSql(title)} AS VARCHAR)`} AS title`,
    `count(*) FILTER (WHERE __split = 'train' AND ${relevantSql(config, '__label', labels)}) AS positives`,
    ...features,
  ]
  return `SELECT ${select.join(', ')} FROM examples WHERE ${item} IS NOT NULL GROUP BY ${item} ORDER BY min(__row)`
}

interface UserColumns {
  readonly user: string
  readonly item: string | undefined
  readonly histories: readonly HistoryTables[]
}

function usersSql({ config, columns, labels }: EncodeContext, { user, item, histories }: UserColumns): string {
  const declared = allFeatures(config)
  const made = new Map(histories.map((history) => [history.name, history]))
  const features = groupRawNames(config, 'user').map((name) => {
    const history = made.get(sourceColumnOf(name, declared))
    const sql = history
      ? `coalesce(any_value(${historyName(history.name)}.items), [])`
      : latestSql(columns.get(name) ?? '', "__split = 'train'")
    return `${sql} AS ${quoteName(`f_${name}`)}`
  })
  const wanted = new Set(
    groupRawNames(config, 'user').flatMap((name) => made.get(sourceColumnOf(name, declared)) ?? []),
  )
  const joins = [...wanted].map(
    (history) =>
      `LEFT JOIN (${trainedHistorySql(history)}) AS ${historyName(history.name)} ON ${historyName(history.name)}.user = CAST(${user} AS VARCHAR)`,
  )
  const acted = `__split = 'train' AND ${actedSql(config, '__label', labels)}`
  const seen =
    item === undefined
      ? 'CAST([] AS VARCHAR[])'
      : `coalesce(list(DISTINCT CAST(${item} AS VARCHAR) ORDER BY CAST(${item} AS VARCHAR)) FILTER (WHERE ${acted}), [])`
  return `SELECT CAST(${user} AS VARCHAR) AS key, ${[`${seen} AS seen`, ...features].join(', ')}
    FROM examples ${joins.join(' ')} WHERE ${user} IS NOT NULL GROUP BY ${user} ORDER BY min(examples.__row)`
}

const historyName = (name: string): string => quoteName(`history of ${name}`)

/** What a user's history is after the last row of the training split. */
function trainedHistorySql({ events, last }: HistoryTables): string {
  // Actions belong to no row: those known by the last moment of training.
  const trained = `CASE WHEN __row IS NULL THEN t <= (SELECT max(__time) FROM examples WHERE __split = 'train')
      ELSE __row IN (SELECT __row FROM examples WHERE __split = 'train') END`
  return `SELECT user, list(item ORDER BY pos) AS items FROM (
      SELECT user, item, pos, row_number() OVER (PARTITION BY user ORDER BY pos DESC) AS back
      FROM ${events} WHERE ${trained})
    WHERE back <= ${String(last)} GROUP BY user`
}

/** The newest value of a cell among a group's rows, those that meet `first` before all others. */
function latestSql(cell: string, first = 'true'): string {
  return `arg_max_null(${cell}, (CAST(coalesce(${first}, false) AS INTEGER), coalesce(__time, 0), examples.__row))`
}

/** Reads a catalogue that a preparation wrote; without its files it is empty. */
export async function readCatalogue(directory: string): Promise<{ items: CatalogueItem[]; users: CatalogueUser[] }> {
  const database = await openDatabase()
  const read = (file: string): Promise<Record<string, CellValue>[]> =>
    existsSync(join(directory, file))
      ? database.rows(`SELECT * FROM read_parquet(${quoteText(join(directory, file))})`)
      : Promise.resolve([])
  try {
    const items = (await read(itemsFile)).map((row) => ({
      key: String(row['key']),
      title: typeof row['title'] === 'string' ? row['title'] : null,
      features: featuresOf(row),
      positives: Number(row['positives']),
    }))
    const users = (await read(usersFile)).map((row) => ({
      key: String(row['key']),
      features: featuresOf(row),
      seen: Array.isArray(row['seen']) ? row['seen'].map(String) : [],
    }))
    return { items, users }
  } finally {
    database.close()
  }
}

function featuresOf(row: Readonly<Record<string, CellValue>>): Record<string, RawValue> {
  const features = Object.entries(row).filter(([name]) => name.startsWith('f_'))
  return Object.fromEntries(features.map(([name, value]) => [name.slice(2), value]))
}
