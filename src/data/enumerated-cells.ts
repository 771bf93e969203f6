/**
 * Texts that repeat are kept as numbers of an enumeration, one to four bytes a cell instead of sixteen and more: what a preparation
 * carries through its joins, and so its memory, is mostly such cells. They compare, join and print as the texts that they stand for.
 */
import type { Database } from '../sql/index.js'
import { quoteName, quoteText } from '../sql/index.js'

/** Distinct texts of a column at most, and rows for each of them at least: to make an enumeration costs microseconds a text. */
const [mostTexts, fewestRows] = [2 ** 20, 16]

/** Of a table with more rows than this a sixteenth is looked at: counting texts in all of them costs more than their enumeration. */
const [mostCounted, sampleStep] = [2 ** 16, 16]

/** Types for those text columns of a table that repeat in `rowCount` rows; their order is that of the texts. */
export async function enumerateCells(
  database: Database,
  { table, names, rowCount }: { table: string; names: readonly string[]; rowCount: number },
): Promise<Map<string, string>> {
  const texts = await textColumns(database, table, names)
  const types = new Map<string, string>()
  for (const [name, distinct] of await countTexts(database, table, texts)) {
    if (distinct > mostTexts || distinct * fewestRows > rowCount) continue
    const type = quoteName(`${table}.${name}`)
    const cell = quoteName(name)
    await database.run(
      `CREATE TYPE ${type} AS ENUM (SELECT DISTINCT ${cell} FROM ${table} WHERE ${cell} IS NOT NULL ORDER BY ${cell})`,
    )
    types.set(name, type)
  }
  return types
}

/** About how many texts some columns have; too many rather than too few. */
async function countTexts(database: Database, table: string, names: readonly string[]): Promise<[string, number][]> {
  if (names.length === 0) return []
  // Rows by chance: every sixteenth one would see less than is there of what comes round regularly.
  const step = (await rowsOf(database, table)) > mostCounted ? sampleStep : 1
  const counts = names.map((name, index) => `approx_count_distinct(${quoteName(name)}) AS n${String(index)}`)
  const [row] = await database.rows(
    `SELECT count(*) AS n, ${counts.join(', ')} FROM ${table} WHERE hash(rowid) % ${String(step)} = 0`,
  )
  const looked = Number(row?.['n'] ?? 0)
  return names.map((name, index) => {
    const distinct = Number(row?.[`n${String(index)}`] ?? 0)
    // Texts that repeat in the sample are nearly all there; of others each row may bring its own.
    return [name, 3 * distinct <= looked ? distinct : distinct * step]
  })
}

/** A cell as it is kept: of the type of its enumeration, where it has one. */
export const keptCell = (cell: string, type: string | undefined): string =>
  type === undefined ? cell : `CAST(${cell} AS ${type})`

async function rowsOf(database: Database, table: string): Promise<number> {
  const [row] = await database.rows(`SELECT count(*) AS n FROM ${table}`)
  return Number(row?.['n'] ?? 0)
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
