/** The labelled rows of a config as one table: files read, tables joined, labels, weights and times made of cells. */
import { basename } from 'node:path'
import type { Config } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { quoteName } from '../sql/index.js'
import { countRows } from './count-rows.js'
import { examplesUndeclared, fileEmpty, labelInvalid, timeInvalid, weightInvalid } from './errors.js'
import type { KeptCells } from './enumerated-cells.js'
import { enumerateCells } from './enumerated-cells.js'
import { createRows, joinedTable } from './joined-layers.js'
import type { JoinedCells, JoinedTable } from './joined-tables.js'
import { hasName, joinedCells, readJoins, unmatchedWarnings } from './joined-tables.js'
import { labelExpectation, labelSql, numberSql, timeSql } from './label.js'
import { neededColumns, timeColumn } from './needed-columns.js'
import type { Increment } from './increment/increment.js'
import { addKeptRows, keptRowNames, refuseOldRows } from './increment/kept-rows.js'
import { findFiles, sourcePlace } from './source-files.js'
import { asSplit, declareSplits } from './split-names.js'
import type { SourceReader } from './source-table.js'
import { readSource, requireColumns, scanSource, sourceColumns } from './source-table.js'

export interface ExamplesInput {
  readonly config: Config
  readonly configDirectory: string
  /** Files by the split they are given for; `examples` are split by the config. */
  readonly files: Readonly<Partial<Record<'examples' | 'validation' | 'test', readonly string[]>>>
  /** A column to read although the config does not name it, and what asked for it. */
  readonly keep?: { readonly column: string; readonly path: string } | undefined
  /**
   * Leaves what the data checks ask: every column of the data in `examples`, and beside it `file_starts` and of an action log `actions`, `shown`,
   * `credited`. Default: `examples` has what features, keys and titles read.
   */
  readonly keepSources?: boolean
  /** The days before, whose rows are not in the files, and what to leave for those after. */
  readonly increment?: Increment | undefined
}

/**
 * Columns of the view `joined` and of the table `examples`, by the name in the data. Beside them stand `__row` (from 0, in the order of the
 * input), `__file`, `__given` (the split that the file was given for), `__label`, `__weight` and `__time`.
 */
export type CellColumns = ReadonlyMap<string, string>

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
  const keptNames = earlier ? await keptRowNames(database, earlier) : []
  const scanned = found.flatMap(({ scans }) => scans)
  const files = found.flatMap((one) => one.files)
  const own = scanned.length === 0 ? keptNames : sourceColumns(scanned)
  const joins = await readJoins(reader, input, { needed, own })
  requireColumns(needed, [...own, ...joins.flatMap(({ names }) => names)], {
    files,
    scans: scanned,
  })
  const names = [...needed.keys()].filter((name) => hasName(own, name))
  await declareSplits(database)
  if (earlier) await addKeptRows(database, earlier, { names, kept: keptNames })
  for (const { scans, given } of found) {
    await readSource(reader, scans, {
      table: 'source',
      names,
      extra: { __given: asSplit(given === 'examples' ? "''" : `'${given}'`) },
      format,
    })
  }
  const rowCount = await countRows(database, 'source')
  if (rowCount === 0) throw fileEmpty({ path: files.slice(0, 3).join(', ') })
  const columns: CellColumns = new Map([...needed.keys()].map((name, index) => [name, `c${String(index)}`]))
  await makeCells(database, { config: input.config, columns, own }, { joins, names, rowCount })
  const warnings = await unmatchedWarnings(reader, joins)
  await database.run(`CREATE VIEW source AS SELECT ${sourceCells(columns, names).join(', ')} FROM ${joinedTable}`)
  if (earlier) await refuseOldRows(database, earlier)
  await checkRows(reader, input.config, columns)
  return { columns, warnings }
}

/** From `source` and the joined tables, which go, to the table of all cells and the view `joined`. */
async function makeCells(
  database: Database,
  plan: CellPlan,
  { joins, names, rowCount }: { joins: readonly JoinedTable[]; names: readonly string[]; rowCount: number },
): Promise<void> {
  const kept = await enumerateCells(database, { table: 'source', names: ['__file', ...names], rowCount })
  const cells: JoinedCells[] = []
  for (const joined of joins) cells.push(await joinedCells(database, joined, rowCount))
  await createRows(database, joinedTable, joinSql(plan, cells, kept))
  await database.run(`CREATE VIEW joined AS SELECT * FROM ${joinedTable}`)
  const used = ['source', ...kept.tables, ...cells.flatMap(({ tables }) => tables)]
  await database.run(used.map((table) => `DROP TABLE ${table}`).join('; '))
}

/** The rows as their files had them. */
const sourceCells = (columns: CellColumns, names: readonly string[]): string[] => [
  '__row',
  '__file',
  '__given',
  ...names.map((name) => `${columns.get(name) ?? 'NULL'} AS ${quoteName(name)}`),
]

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

interface CellPlan {
  readonly config: Config
  readonly columns: CellColumns
  /** Columns that all files of examples have. */
  readonly own: readonly string[]
}

/** `kept` are the cells of `source`. */
function joinSql({ config, columns, own }: CellPlan, joins: readonly JoinedCells[], kept: KeptCells): string {
  const joinedCell = (name: string): string | undefined =>
    hasName(own, name) ? undefined : joins.find(({ names }) => hasName(names, name))?.cell(name)
  const cellOf = (name: string): string => joinedCell(name) ?? `source.${quoteName(name)}`
  const keptCell = (name: string): string => joinedCell(name) ?? kept.cell(name)
  const { weight, label } = config.data
  const time = timeColumn(config)
  const select = [
    'source.rowid AS __row',
    `${kept.cell('__file')} AS __file`,
    `${asSplit('source.__given')} AS __given`,
    `${label?.column === undefined ? unlabelled(config) : labelSql(config, cellOf(label.column))} AS __label`,
    `CAST(${weight === undefined ? '1' : numberSql(cellOf(weight))} AS DOUBLE) AS __weight`,
    `CAST(${time === undefined ? 'NULL' : timeSql(cellOf(time))} AS DOUBLE) AS __time`,
    ...joins.map(({ isUnmatched }, index) => `${isUnmatched} AS __unmatched_${String(index)}`),
    ...[...columns].map(([name, alias]) => `${keptCell(name)} AS ${alias}`),
  ]
  return `SELECT ${select.join(', ')} FROM source ${[kept.joins, ...joins.map(({ join }) => join)].join(' ')}`
}

/** Where actions make the label, every row is negative until one is found. */
const unlabelled = ({ data }: Config): string => (data.label?.action === undefined ? 'NULL' : '0.0')

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
