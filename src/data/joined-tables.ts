/** Tables that are joined to the rows of the data: read once, and found for each row by its key. */
import type { FileFormat } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { quoteName } from '../sql/index.js'
import { joinKeyDuplicate } from './errors.js'
import { enumerateCells } from './enumerated-cells.js'
import type { ExamplesInput } from './examples.js'
import { findFiles, sourcePlace } from './source-files.js'
import type { SourceReader } from './source-table.js'
import { readSource, requireColumns, scanSource, sourceColumns } from './source-table.js'

export interface JoinedTable {
  readonly table: string
  readonly path: string
  readonly exampleKey: string
  readonly tableKey: string
  readonly names: readonly string[]
}

/** Makes a table of each join of the config, with the columns that are needed of it. */
export async function readJoins(
  reader: SourceReader,
  { config, configDirectory }: ExamplesInput,
  { needed, own }: { needed: ReadonlyMap<string, string>; own: readonly string[] },
): Promise<JoinedTable[]> {
  const joins: JoinedTable[] = []
  for (const [index, { from, on, format }] of (config.data.join ?? []).entries()) {
    const [exampleKey, tableKey] = typeof on === 'string' ? [on, on] : [on.examples, on.table]
    const files = await findFiles(reader.database, from, sourcePlace(config, configDirectory))
    const effective: FileFormat | undefined = format ?? config.data.format
    const scans = await scanSource(reader, { files, format: effective })
    const known = sourceColumns(scans)
    requireColumns(new Map([[tableKey, `data.join[${String(index)}].on`]]), known, { files, scans })
    const taken = [...own, ...joins.flatMap(({ names }) => names)]
    const names = [...needed.keys()].filter(
      (name) => hasName(known, name) && !hasName(taken, name) && name !== tableKey,
    )
    const table = `join_${String(index)}`
    await readSource(reader, scans, { table, names: [tableKey, ...names], format: effective })
    const joined = { table, path: from, exampleKey, tableKey, names }
    await refuseDuplicates(reader, joined)
    joins.push(joined)
  }
  return joins
}

async function refuseDuplicates({ database }: SourceReader, { table, path, tableKey }: JoinedTable): Promise<void> {
  const key = quoteName(tableKey)
  const doubles = await database.rows(
    `SELECT ${key} AS key, count(*) AS n, count(*) OVER () AS total FROM ${table} WHERE ${key} IS NOT NULL GROUP BY ${key} HAVING n > 1 ORDER BY n DESC, key LIMIT 3`,
  )
  if (doubles.length === 0) return
  const offending = doubles.map((row) => `${JSON.stringify(row['key'])} ${String(row['n'])} times`)
  throw joinKeyDuplicate({ table: path, key: tableKey, count: Number(doubles[0]?.['total']), offenders: offending })
}

/** Whether a name is among some, whatever its case: as the database tells columns apart. */
export const hasName = (names: readonly string[], name: string): boolean =>
  names.some((known) => known.toLowerCase() === name.toLowerCase())

/** How rows of `source` come to their cells of a joined table. */
export interface JoinedCells {
  readonly names: readonly string[]
  cell(name: string): string
  /** The condition that a row has none. */
  readonly isUnmatched: string
  /** What `source` is joined with. */
  readonly join: string
  /** Tables to drop afterwards. */
  readonly tables: readonly string[]
}

/** Prepares a table for `rowCount` rows of `source`. Texts that repeat there become numbers in the table, before rows take them over. */
export async function joinedCells(
  database: Database,
  { table, names, exampleKey, tableKey }: JoinedTable,
  rowCount: number,
): Promise<JoinedCells> {
  const own = await enumerateCells(database, { table, names, rowCount })
  const cells = names.map((name) => `${own.cell(name)} AS ${quoteName(name)}`)
  const select = [`CAST(${table}.${quoteName(tableKey)} AS VARCHAR) AS __key`, ...cells].join(', ')
  return {
    names,
    cell: (name) => `${table}.${quoteName(name)}`,
    isUnmatched: `${table}.__key IS NULL`,
    // Keys are compared as text: one file may hold numbers where the other holds their text.
    join: `LEFT JOIN (SELECT ${select} FROM ${table} ${own.joins}) AS ${table} ON CAST(source.${quoteName(exampleKey)} AS VARCHAR) = ${table}.__key`,
    tables: [table, ...own.tables],
  }
}

/** Says of each joined table how many rows of `joined` have no row in it. */
export async function unmatchedWarnings({ database }: SourceReader, joins: readonly JoinedTable[]): Promise<string[]> {
  if (joins.length === 0) return []
  const counts = joins.map((_, index) => `count(*) FILTER (WHERE __unmatched_${String(index)}) AS n${String(index)}`)
  const [row] = await database.rows(`SELECT ${counts.join(', ')}, count(*) AS total FROM joined`)
  return joins.flatMap(({ path, exampleKey }, index) => {
    const count = Number(row?.[`n${String(index)}`] ?? 0)
    const text = `${String(count)} of ${String(row?.['total'])} rows have no row in ${path} for their ${exampleKey}; its columns are missing there`
    return count > 0 ? [text] : []
  })
}
