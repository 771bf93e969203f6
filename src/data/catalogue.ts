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
import { itemsInOrder } from './history.js'
import type { Earlier } from './increment/increment.js'
import { momentSql } from './increment/increment.js'
import { allItems, allUsers } from './increment/kept-catalogue.js'
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

/**
 * Writes `items.parquet` and `users.parquet` where the config names those keys, and each as JSON lines too, for a server, which has no database
 * that reads Parquet; returns the names of the files.
 */
export async function writeCatalogue(
  context: EncodeContext,
  histories: readonly HistoryTables[],
  directory: string,
): Promise<string[]> {
  const { config, columns, database, increment = {} } = context
  const item = columns.get(config.data.item ?? '')
  const user = columns.get(config.data.user ?? '')
  const written: string[] = []
  const write = async (file: string, query: string): Promise<void> => {
    const path = join(directory, file)
    const lines = file.replace('.parquet', '.ndjson')
    await database.run(`COPY (${query}) TO ${quoteText(path)} (FORMAT parquet)`)
    await database.run(
      `COPY (FROM read_parquet(${quoteText(path)})) TO ${quoteText(join(directory, lines))} (FORMAT json)`,
    )
    written.push(file, lines)
  }
  if (item !== undefined) {
    const rows = await allItems(database, increment, itemsSql(context, item))
    await write(itemsFile, `SELECT * EXCLUDE (place, trained) FROM (${rows}) ORDER BY place`)
  }
  if (user !== undefined) {
    const rows = await allUsers(database, increment, usersSql(context, user, item))
    await write(usersFile, withHistoriesSql(context, histories, rows))
  }
  return written
}

const isTrained = "bool_or(__split = 'train') AS trained"

/** In the order in which the data first names them, which is `place`; `trained` says whether training has seen them. */
function itemsSql({ config, columns, labels }: EncodeContext, item: string): string {
  const title = columns.get(config.data.title ?? '')
  const cells = new Map(groupRawNames(config, 'item').map((name) => [`f_${name}`, columns.get(name) ?? '']))
  const relevant = relevantSql(config, '__label', labels)
  return `WITH keys AS (
      SELECT ${item} AS cell, count(*) FILTER (WHERE __split = 'train' AND ${relevant}) AS positives, min(__row) AS place, ${isTrained}
      FROM examples WHERE ${item} IS NOT NULL GROUP BY ${item}),
    ${latestSql(item, new Map([['title', title ?? 'NULL'], ...cells]))}
    SELECT CAST(cell AS VARCHAR) AS key, CAST(title AS VARCHAR) AS title, positives, place, trained, latest.* EXCLUDE (cell, title)
    FROM keys JOIN latest USING (cell)`
}

/** Users with `place` and `trained` as of items, without what is a history. */
function usersSql({ config, columns, labels }: EncodeContext, user: string, item: string | undefined): string {
  const declared = allFeatures(config)
  const cells = groupRawNames(config, 'user')
    .filter((name) => !Object.hasOwn(config.data.history ?? {}, sourceColumnOf(name, declared)))
    .map((name): [string, string] => [`f_${name}`, columns.get(name) ?? ''])
  const acted = `__split = 'train' AND ${actedSql(config, '__label', labels)}`
  // Few rows are acted on: those alone are sorted.
  const seen = `SELECT ${user} AS cell, list_sort(list(DISTINCT CAST(${item ?? 'NULL'} AS VARCHAR))) AS items
      FROM examples WHERE ${acted} AND ${item ?? 'NULL'} IS NOT NULL GROUP BY ${user}`
  return `WITH keys AS (
      SELECT ${user} AS cell, min(__row) AS place, ${isTrained} FROM examples WHERE ${user} IS NOT NULL GROUP BY ${user}),
    seen AS (${seen}),
    ${latestSql(user, new Map(cells), "__split = 'train'")}
    SELECT CAST(cell AS VARCHAR) AS key, coalesce(seen.items, []) AS seen, place, trained, latest.* EXCLUDE (cell)
    FROM keys JOIN latest USING (cell) LEFT JOIN seen USING (cell)`
}

/** Users as the catalogue has them: with their features in the order of the config, histories included. */
function withHistoriesSql(
  { config, increment }: EncodeContext,
  histories: readonly HistoryTables[],
  users: string,
): string {
  const declared = allFeatures(config)
  const names = groupRawNames(config, 'user')
  const historyOf = (name: string): HistoryTables | undefined =>
    histories.find((history) => history.name === sourceColumnOf(name, declared))
  const features = names.map((name) => {
    const history = historyOf(name)
    const sql = history ? `coalesce(${historyName(history.name)}.items, [])` : quoteName(`f_${name}`)
    return `${sql} AS ${quoteName(`f_${name}`)}`
  })
  const joins = [...new Set(names.flatMap((name) => historyOf(name) ?? []))].map(
    (history) =>
      `LEFT JOIN (${trainedHistorySql(history, increment?.earlier)}) AS ${historyName(history.name)} ON ${historyName(history.name)}.user = users.key`,
  )
  return `SELECT ${['key', 'seen', ...features].join(', ')} FROM (${users}) AS users ${joins.join(' ')} ORDER BY place`
}

const historyName = (name: string): string => quoteName(`history of ${name}`)

/** What a user's history is after the last row of the training split. */
function trainedHistorySql({ events, isOfActions, last }: HistoryTables, earlier: Earlier | undefined): string {
  const before = earlier ? momentSql(earlier.kept.until) : 'NULL'
  // Actions belong to no row: those known by the last moment of training.
  const isKnown = `t <= coalesce((SELECT max(__time) FROM examples WHERE __split = 'train'), ${before})`
  const isTrainedRow = "__row IN (SELECT __row FROM examples WHERE __split = 'train')"
  const trained = isOfActions ? isKnown : `CASE WHEN __row IS NULL THEN ${isKnown} ELSE ${isTrainedRow} END`
  return `SELECT user, ${itemsInOrder} AS items FROM (
      SELECT user, item, pos, row_number() OVER (PARTITION BY user ORDER BY pos DESC) AS back
      FROM ${events} WHERE ${trained})
    WHERE back <= ${String(last)} GROUP BY user`
}

/** `latest`: for each `key` as `cell` the cells of its newest row, of those that meet `first` where there are some. */
function latestSql(key: string, cells: ReadonlyMap<string, string>, first = 'true'): string {
  const select = [...cells].map(([name, cell]) => `, ${cell} AS ${quoteName(name)}`).join('')
  return `moments AS (
      SELECT ${key} AS cell, max(coalesce(__time, 0)) FILTER (WHERE ${first}) AS last, max(coalesce(__time, 0)) AS lastOfAll
      FROM examples WHERE ${key} IS NOT NULL GROUP BY ${key}),
    newest AS (
      SELECT max(__row) AS __row FROM examples JOIN moments ON ${key} = cell
      WHERE coalesce(__time, 0) = coalesce(last, lastOfAll) AND (${first} OR last IS NULL) GROUP BY ${key}),
    latest AS (SELECT ${key} AS cell${select} FROM examples WHERE __row IN (SELECT __row FROM newest))`
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
