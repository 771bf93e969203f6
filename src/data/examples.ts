/** The labelled rows of a config as one table: files read, tables joined, labels, weights and times made of cells. */
import { basename } from 'node:path'
import type { Config, FileFormat } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { quoteName } from '../sql/index.js'
import { examplesUndeclared, fileEmpty, joinKeyDuplicate, labelInvalid, timeInvalid, weightInvalid } from './errors.js'
import { enumerateCells, keptCell } from './enumerated-cells.js'
import { createRows, joinedTable } from './joined-layers.js'
import { labelExpectation, labelSql, numberSql, timeSql } from './label.js'
import { neededColumns, timeColumn } from './needed-columns.js'
import type { Increment } from './increment/increment.js'
import { addKeptRows, keptRowNames, refuseOldRows } from './increment/kept-rows.js'
import { findFiles, sourcePlace } from './source-files.js'
import type { SourceReader } from './source-table.js'
import { readSource, requireColumns, scanSource, sourceColumns } from './source-table.js'

export interface ExamplesInput {
  readonly config: Config
  readonly configDirectory: string
  /** Files by the split they are given for; `examples` are split by the config. */
  readonly files: Readonly<Partial<Record<'examples' | 'validation' | 'test', readonly string[]>>>
  /** A column to read although the config does not name it, and what asked for it. */
  readonly keep?: { readonly column: string; readonly path: string } | undefined
  /** Leaves the tables that the data checks ask beside `examples`: `file_starts`, and of an action log `actions`, `shown`, `credited`. */
  readonly keepSources?: boolean
  /** The days before, whose rows are not in the files, and what to leave for those after. */
  readonly increment?: Increment | undefined
}

/**
 * Columns of the view `joined` and of the table `examples`, by the name in the data. Beside them stand `__row` (from 0, in the order of the
 * input), `__file`, `__given` (the split that the file was given for), `__label`, `__weight` and `__time`.
 */
export type CellColumns = ReadonlyMap<string, string>

interface JoinedTable {
  readonly table: string
  readonly path: string
  readonly exampleKey: string
  readonly tableKey: string
  readonly names: readonly string[]
}

/** Makes the views `joined`, and `source` of the rows as their files had them; returns where the columns are and what was odd. */
export async function joinExamples(
  reader: SourceReader,
  input: ExamplesInput,
): Promise<{ columns: CellColumns; warnings: string[] }> {
  const { database } = reader
  const needed = neededColumns(input.config)
  if (input.keep && !needed.has(input.keep.column)) needed.set(input.keep.column, input.keep.path)
  const format = input.config.data.format
  const found = await scanExamples(reader, input)
  const earlier = input.increment?.earlier
  const kept = earlier ? await keptRowNames(database, earlier) : []
  const scanned = found.flatMap(({ scans }) => scans)
  const own = scanned.length === 0 ? kept : sourceColumns(scanned)
  const joins = await readJoins(reader, input, { needed, own })
  requireColumns(needed, [...own, ...joins.flatMap(({ names }) => names)], {
    files: found.flatMap(({ files }) => files),
    scans: scanned,
  })
  const names = [...needed.keys()].filter((name) => hasName(own, name))
  if (earlier) await addKeptRows(database, earlier, { names, kept })
  for (const { scans, given } of found) {
    await readSource(reader, scans, {
      table: 'source',
      names,
      extra: { __given: given === 'examples' ? "''" : `'${given}'` },
      format,
    })
  }
  const [row] = await database.rows('SELECT count(*) AS n FROM source')
  if (Number(row?.['n'] ?? 0) === 0)
    throw fileEmpty({
      path: found
        .flatMap(({ files }) => files)
        .slice(0, 3)
        .join(', '),
    })
  const columns: CellColumns = new Map([...needed.keys()].map((name, index) => [name, `c${String(index)}`]))
  const types = await cellTypes(database, { joins, names, rowCount: Number(row?.['n'] ?? 0) })
  await createRows(database, joinedTable, joinSql(input.config, { columns, own, joins, types }))
  await database.run(`CREATE VIEW joined AS SELECT * FROM ${joinedTable}`)
  const warnings = await unmatchedWarnings(reader, joins)
  await database.run(['source', ...joins.map(({ table }) => table)].map((table) => `DROP TABLE ${table}`).join('; '))
  await database.run(`CREATE VIEW source AS SELECT ${sourceCells(columns, names).join(', ')} FROM ${joinedTable}`)
  if (earlier) await refuseOldRows(database, earlier)
  await checkRows(reader, input.config, columns)
  return { columns, warnings }
}

/** The rows as their files had them. */
const sourceCells = (columns: CellColumns, names: readonly string[]): string[] => [
  '__row',
  '__file',
  '__given',
  ...names.map((name) => `${columns.get(name) ?? 'NULL'} AS ${quoteName(name)}`),
]

/** Types of the cells that repeat, by table and column. */
async function cellTypes(
  database: Database,
  { joins, names, rowCount }: { joins: readonly JoinedTable[]; names: readonly string[]; rowCount: number },
): Promise<CellTypes> {
  const types = new Map<string, ReadonlyMap<string, string>>()
  for (const { table, names: own } of [{ table: 'source', names: ['__file', ...names] }, ...joins])
    types.set(table, await enumerateCells(database, { table, names: own, rowCount }))
  return types
}

type CellTypes = ReadonlyMap<string, ReadonlyMap<string, string>>

type Found = {
  readonly given: string
  readonly files: readonly string[]
  readonly scans: Awaited<ReturnType<typeof scanSource>>
}

async function scanExamples(reader: SourceReader, { config, configDirectory, files }: ExamplesInput): Promise<Found[]> {
  if (!files.examples) throw examplesUndeclared({ need: 'examples' })
  const found: Found[] = []
  for (const [given, patterns] of Object.entries(files)) {
    const paths = await findFiles(reader.database, patterns, sourcePlace(config, configDirectory))
    found.push({ given, files: paths, scans: await scanSource(reader, { files: paths, format: config.data.format }) })
  }
  return found
}

async function readJoins(
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

const hasName = (names: readonly string[], name: string): boolean =>
  names.some((known) => known.toLowerCase() === name.toLowerCase())

interface JoinPlan {
  readonly columns: CellColumns
  readonly own: readonly string[]
  readonly joins: readonly JoinedTable[]
  readonly types: CellTypes
}

function joinSql(config: Config, { columns, own, joins, types }: JoinPlan): string {
  const tableOf = (name: string): string =>
    (hasName(own, name) ? undefined : joins.find(({ names }) => hasName(names, name))?.table) ?? 'source'
  const cellOf = (name: string): string => `${tableOf(name)}.${quoteName(name)}`
  const kept = (name: string): string => keptCell(cellOf(name), types.get(tableOf(name))?.get(name))
  const { weight, label } = config.data
  const time = timeColumn(config)
  const select = [
    'source.rowid AS __row',
    `${kept('__file')} AS __file`,
    'source.__given AS __given',
    `${label?.column === undefined ? unlabelled(config) : labelSql(config, cellOf(label.column))} AS __label`,
    `CAST(${weight === undefined ? '1' : numberSql(cellOf(weight))} AS DOUBLE) AS __weight`,
    `CAST(${time === undefined ? 'NULL' : timeSql(cellOf(time))} AS DOUBLE) AS __time`,
    ...joins.map(
      ({ table, tableKey }, index) => `${table}.${quoteName(tableKey)} IS NULL AS __unmatched_${String(index)}`,
    ),
    ...[...columns].map(([name, alias]) => `${kept(name)} AS ${alias}`),
  ]
  // Keys are compared as text: one file may hold numbers where the other holds their text.
  const from = joins.map(
    ({ table, exampleKey, tableKey }) =>
      `LEFT JOIN ${table} ON CAST(source.${quoteName(exampleKey)} AS VARCHAR) = CAST(${table}.${quoteName(tableKey)} AS VARCHAR)`,
  )
  return `SELECT ${select.join(', ')} FROM source ${from.join(' ')}`
}

/** Where actions make the label, every row is negative until one is found. */
const unlabelled = ({ data }: Config): string => (data.label?.action === undefined ? 'NULL' : '0.0')

async function unmatchedWarnings({ database }: SourceReader, joins: readonly JoinedTable[]): Promise<string[]> {
  if (joins.length === 0) return []
  const counts = joins.map((_, index) => `count(*) FILTER (WHERE __unmatched_${String(index)}) AS n${String(index)}`)
  const [row] = await database.rows(`SELECT ${counts.join(', ')}, count(*) AS total FROM joined`)
  return joins.flatMap(({ path, exampleKey }, index) => {
    const count = Number(row?.[`n${String(index)}`] ?? 0)
    const text = `${String(count)} of ${String(row?.['total'])} rows have no row in ${path} for their ${exampleKey}; its columns are missing there`
    return count > 0 ? [text] : []
  })
}

async function checkRows(reader: SourceReader, config: Config, columns: CellColumns): Promise<void> {
  const { label, weight } = config.data
  const time = timeColumn(config)
  if (!label) throw examplesUndeclared({ need: 'label' })
  const { column = '' } = label
  const labels = await findOffenders(reader, '__label IS NULL', columns.get(column))
  if (labels) throw labelInvalid({ column, need: labelExpectation(config), ...labels })
  if (weight !== undefined) {
    const weights = await findOffenders(reader, '__weight IS NULL OR __weight < 0', columns.get(weight))
    if (weights) throw weightInvalid({ column: weight, ...weights })
  }
  if (time !== undefined && (config.data.split?.by === 'time' || config.data.history || label.action !== undefined)) {
    const times = await findOffenders(reader, '__time IS NULL', columns.get(time))
    if (times) throw timeInvalid({ column: time, ...times })
  }
}

/** Rows of `joined` that meet a condition: how many, and the first with their file and row. */
export async function findOffenders(
  { database }: Pick<SourceReader, 'database'>,
  condition: string,
  cell: string | undefined,
): Promise<{ count: number; offenders: string[] } | null> {
  const [row] = await database.rows(`SELECT count(*) AS n FROM joined WHERE ${condition}`)
  const count = Number(row?.['n'] ?? 0)
  if (count === 0) return null
  const first = await database.rows(
    `SELECT __file AS file, __row - (SELECT min(__row) FROM joined AS own WHERE own.__file = joined.__file) + 1 AS row, ${cell ?? 'NULL'} AS cell
     FROM joined WHERE ${condition} ORDER BY __row LIMIT 3`,
  )
  const offenders = first.map(
    (one) => `${JSON.stringify(one['cell'])} in ${basename(String(one['file']))}, row ${String(one['row'])}`,
  )
  return { count, offenders }
}
