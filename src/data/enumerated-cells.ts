/**
 * Texts that repeat are kept as numbers of an enumeration, one to four bytes a cell instead of sixteen and more: what a preparation
 * carries through its joins, and so its memory, is mostly such cells. They compare, join and print as the texts that they stand for.
 */
import type { Database } from '../sql/index.js'
import { quoteName, quoteText } from '../sql/index.js'
import { countRows } from './count-rows.js'

/** Distinct texts of a column at most, and rows for each of them at least: to make an enumeration costs microseconds a text. */
const [mostTexts, fewestRows] = [2 ** 20, 16]

/** Of a table with more rows than this a sixteenth is looked at: counting texts in all of them costs more than their enumeration. */
const [mostCounted, sampleStep] = [2 ** 16, 16]

/** Of more texts than this each is found by a join: a cast looks them up in a map that fits no cache, at four times the time. */
const mostCast = 4096

/** Cells of a table as they are kept: those that repeat as numbers of an enumeration, in the order of the texts. */
export interface KeptCells {
  /** Columns with an enumeration. */
  readonly enumerated: ReadonlySet<string>
  cell(name: string): string
  /** What the table is joined with for that; each of its rows stays one. */
  readonly joins: string
  /** Tables to drop afterwards. */
  readonly tables: readonly string[]
}

/** Makes enumerations for those text columns of a table that repeat in `rowCount` rows. */
export async function enumerateCells(
  database: Database,
  { table, names, rowCount }: { table: string; names: readonly string[]; rowCount: number },
): Promise<KeptCells> {
  const texts = await textColumns(database, table, names)
  const [cells, joins, tables] = [new Map<string, string>(), [] as string[], [] as string[]]
  for (const [name, distinct] of await countTexts(database, table, texts)) {
    if (distinct > mostTexts || distinct * fewestRows > rowCount) continue
    const own = `${table}.${quoteName(name)}`
    const type = quoteName(`${table}.${name}`)
    const query = `SELECT DISTINCT ${own} AS text FROM ${table} WHERE ${own} IS NOT NULL ORDER BY text`
    if (distinct <= mostCast) {
      await database.run(`CREATE TYPE ${type} AS ENUM (${query})`)
      cells.set(name, `CAST(${own} AS ${type})`)
    } else {
      const typed = await typedTexts(database, `${table}.${name}`, { type, query })
      cells.set(name, `${typed}.cell`)
      joins.push(`LEFT JOIN ${typed} ON ${own} = ${typed}.text`)
      tables.push(typed)
    }
  }
  const cell = (name: string): string => cells.get(name) ?? `${table}.${quoteName(name)}`
  return { enumerated: new Set(cells.keys()), cell, joins: joins.join(' '), tables }
}

/** Makes an enumeration of the texts of a query, and a table with each `text` as its `cell`; returns the table. */
async function typedTexts(
  database: Database,
  column: string,
  { type, query }: { type: string; query: string },
): Promise<string> {
  const [known, typed] = [quoteName(`texts of ${column}`), quoteName(`typed texts of ${column}`)]
  await database.run(`CREATE TABLE ${known} AS ${query}; CREATE TYPE ${type} AS ENUM (SELECT text FROM ${known});
    CREATE TABLE ${typed} AS SELECT text, CAST(text AS ${type}) AS cell FROM ${known}; DROP TABLE ${known}`)
  return typed
}

/** About how many texts some columns have. */
async function countTexts(database: Database, table: string, names: readonly string[]): Promise<[string, number][]> {
  if (names.length === 0) return []
  // Rows by chance: every sixteenth one would see less than is there of what comes round regularly.
  const rowCount = await countRows(database, table)
  const step = rowCount > mostCounted ? sampleStep : 1
  const counts = names.map((name, index) => `approx_count_distinct(${quoteName(name)}) AS n${String(index)}`)
  const [row] = await database.rows(
    `SELECT count(*) AS n, ${counts.join(', ')} FROM ${table} WHERE hash(rowid) % ${String(step)} = 0`,
  )
  const looked = Number(row?.['n'] ?? 0)
  return names.map((name, index) => {
    const distinct = Number(row?.[`n${String(index)}`] ?? 0)
    return [name, step === 1 ? distinct : Math.min(textsBehind(distinct, looked), rowCount)]
  })
}

/**
 * How many texts there are where `looked` rows drawn by chance have `distinct` ones, if all come equally often: `D` such that
 * `D · (1 − exp(−looked / D)) = distinct`. Where some come much more often there are more.
 */
function textsBehind(distinct: number, looked: number): number {
  if (distinct >= looked) return Infinity
  let [low, high] = [distinct, distinct]
  const seen = (texts: number): number => texts * -Math.expm1(-looked / texts)
  while (seen(high) < distinct) high *= 2
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (seen(middle) < distinct) low = middle
    else high = middle
  }
  return high
}

/** Of a column of a table: whether it is a text, an enumeration, a list (of texts or of an enumeration). */
export interface CellKind {
  readonly isText: boolean
  readonly isEnumerated: boolean
  readonly isList: boolean
}

/** Kinds of the columns of a table by name. Asks for one table, since the name of an enumeration's type spells out all of its texts. */
export async function cellKinds(database: Database, table: string): Promise<Map<string, CellKind>> {
  const rows = await database.rows(
    `SELECT name, type LIKE 'VARCHAR%' AS isText, type LIKE 'ENUM%' AS isEnumerated, type LIKE '%[]' AS isList FROM pragma_table_info(${quoteText(table)})`,
  )
  const kindOf = ({ isText, isEnumerated, isList }: (typeof rows)[number]): CellKind => ({
    isText: isText === true,
    isEnumerated: isEnumerated === true,
    isList: isList === true,
  })
  return new Map(rows.map((row) => [String(row['name']), kindOf(row)]))
}

async function textColumns(database: Database, table: string, names: readonly string[]): Promise<string[]> {
  const kinds = await cellKinds(database, table)
  return names.filter((name) => kinds.get(name)?.isText === true && !kinds.get(name)?.isList)
}

/**
 * A column of a table for those who read it in chunks: enumerations as their texts, since each chunk of an enumeration would bring all of
 * its texts along.
 */
export async function readableCell(database: Database, table: string, name: string): Promise<string> {
  const kind = (await cellKinds(database, table)).get(name)
  return kind?.isEnumerated === true ? `CAST(${name} AS VARCHAR${kind.isList ? '[]' : ''})` : name
}

/** Whether the values of a table of distinct ones are texts of an enumeration. */
export async function isEnumerated(database: Database, table: string): Promise<boolean> {
  const kind = (await cellKinds(database, table)).get('value')
  return kind?.isEnumerated === true && !kind.isList
}
