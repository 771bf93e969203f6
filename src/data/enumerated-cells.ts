/**
 * Texts that repeat are kept as numbers of an enumeration, one to four bytes a cell instead of sixteen and more: what a preparation
 * carries through its joins, and so its memory, is mostly such cells. They compare, join and print as the texts that they stand for.
 */
import type { Database } from '../sql/index.js'
import { quoteName, quoteText } from '../sql/index.js'

/** Distinct texts of a column at most, and rows for each of them at least: to make an enumeration costs microseconds a text. */
const [mostTexts, fewestRows] = [2 ** 20, 16]

/** Types for those text columns of a table that repeat in `rowCount` rows; their order is that of the texts. */
export async function enumerateCells(
  database: Database,
  { table, names, rowCount }: { table: string; names: readonly string[]; rowCount: number },
): Promise<Map<string, string>> {
  const texts = await textColumns(database, table, names)
  if (texts.length === 0) return new Map()
  const counts = texts.map((name, index) => `approx_count_distinct(${quoteName(name)}) AS n${String(index)}`)
  const [row] = await database.rows(`SELECT ${counts.join(', ')} FROM ${table}`)
  const types = new Map<string, string>()
  for (const [index, name] of texts.entries()) {
    const distinct = Number(row?.[`n${String(index)}`] ?? 0)
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

/** A cell as it is kept: of the type of its enumeration, where it has one. */
export const keptCell = (cell: string, type: string | undefined): string =>
  type === undefined ? cell : `CAST(${cell} AS ${type})`

async function textColumns(database: Database, table: string, names: readonly string[]): Promise<string[]> {
  const rows = await database.rows(
    `SELECT column_name AS name FROM duckdb_columns() WHERE table_name = ${quoteText(table)} AND data_type = 'VARCHAR'`,
  )
  const known = new Set(rows.map(({ name }) => String(name)))
  return names.filter((name) => known.has(name))
}

/**
 * A column of a table for those who read it in chunks: enumerations as their texts, since each chunk of an enumeration would bring all of
 * its texts along.
 */
export async function readableCell(database: Database, table: string, name: string): Promise<string> {
  const [row] = await database.rows(
    `SELECT data_type LIKE 'ENUM%' AS isEnumerated, data_type LIKE '%[]' AS isList FROM duckdb_columns() WHERE table_name = ${quoteText(table)} AND column_name = ${quoteText(name)}`,
  )
  if (row?.['isEnumerated'] !== true) return name
  return `CAST(${name} AS VARCHAR${row['isList'] === true ? '[]' : ''})`
}
