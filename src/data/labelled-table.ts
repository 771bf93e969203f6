/** The table `examples`: joined rows with their histories and their split. */
import { countText } from '../base/index.js'
import type { Config } from '../features/index.js'
import { allFeatures, sourceColumnOf } from '../features/index.js'
import type { ActionLog } from './actions.js'
import { actionsTable, readActions } from './actions.js'
import type { AttributionReport } from './attribution.js'
import { attributeActions, attributionWarnings, creditTable, windowOf } from './attribution.js'
import { makeAggregates } from './aggregates.js'
import { countRows } from './count-rows.js'
import type { CellColumns, ExamplesInput } from './examples.js'
import { joinExamples } from './examples.js'
import type { CellList, CellLists } from './feature-cells.js'
import { listCell } from './feature-cells.js'
import type { HistoryTables } from './history.js'
import { makeHistories } from './history.js'
import type { KeptManifest } from './increment/increment.js'
import { keepPast, lastTrained } from './increment/keep-past.js'
import { createRows, dropJoined, layerOver } from './joined-layers.js'
import { exampleColumns } from './needed-columns.js'
import { weighByPropensity } from './propensity.js'
import type { SourceReader } from './source-table.js'
import { asSplit, gapSplit } from './split-names.js'
import { splitSql } from './splits.js'
import { dropUnseen } from './unseen-rows.js'
import type { Database } from '../sql/index.js'

export interface LabelledTable {
  /** Columns of `examples` by name: those of the data, and the histories. */
  readonly columns: CellColumns
  /** Where the lists of those cells are that are histories. */
  readonly lists: CellLists
  readonly histories: readonly HistoryTables[]
  readonly rowCount: number
  readonly warnings: readonly string[]
  /** What became of impressions and actions, where actions make the label. */
  readonly attribution: AttributionReport | null
  /** What was read of the action log, where there is one. */
  readonly log: ActionLog | null
  /** Rows of both logs that were in files. */
  readonly readRows: number
  /** What was left for an extension; `null` where none can follow. */
  readonly kept: KeptManifest | null
}

/** Makes the table `examples`; `split` is the one split that all rows are put into, or `null` for the config's splits. */
export async function makeExamples(
  reader: SourceReader,
  input: ExamplesInput,
  split: string | null,
): Promise<LabelledTable> {
  const { database } = reader
  const { config, increment = {} } = input
  const { earlier } = increment
  const { columns, warnings: ofJoins } = await joinExamples(reader, input)
  const joinedRows = await countRows(database, 'joined')
  if (input.keepSources)
    await database.run(
      'CREATE TABLE file_starts AS SELECT __file AS file, min(__row) AS first FROM joined GROUP BY __file',
    )
  const unseen = await dropUnseen(database, config, columns)
  await weighByPropensity(reader, config, columns)
  const log = await readActions(reader, input)
  const { keepSources } = input
  const attribution = await attributeActions(database, { config, columns, keepSources, earlier })
  const own =
    split === null
      ? await splitSql(database, { config, columns, finalRows: earlier?.finalRows })
      : asSplit(`'${split}'`)
  await layerOver(database, (below) => `SELECT *, ${own} AS __split FROM ${below}`)
  const inGap = await dropGap(database, config)
  const past = await addPast(database, input, columns)
  if (log && !keepSources) await database.run(`DROP TABLE ${actionsTable}`)
  return {
    ...past,
    rowCount: await countRows(database, 'examples'),
    readRows: joinedRows - (earlier?.kept.rows ?? 0) + (log ? log.rowCount + log.unusable : 0),
    attribution,
    log,
    warnings: [...ofJoins, ...unseen, ...logWarnings(config, log, attribution), ...inGap],
  }
}

/** From `joined` to `examples`, by what came before each row; leaves what the rows to come need. */
async function addPast(
  database: Database,
  { config, keepSources, keep, increment = {} }: ExamplesInput,
  joined: CellColumns,
): Promise<Pick<LabelledTable, 'columns' | 'lists' | 'histories' | 'kept'>> {
  const { earlier, keepIn: directory } = increment
  const until = await lastTrained(database, config, increment)
  const histories = await makeHistories(database, { config, columns: joined, earlier })
  const aggregates = await makeAggregates(database, { config, columns: joined }, { increment, until })
  const { label } = config.data
  const window = label?.action === undefined ? 0 : await windowOf(database, label)
  const kept =
    until === null || directory === undefined
      ? null
      : await keepPast(database, { config, directory, histories, until, window })
  // Checks read the lists themselves, in any place of a statement.
  const pasts = histories.map((tables, index) => (keepSources ? listedPast : keyedPast)(tables, `h${String(index)}`))
  const counts = aggregates.map(({ name, rows }, index) => {
    const alias = `g${String(index)}`
    return { name, rows, by: ['__row'], cell: 'value', alias }
  })
  const made = [...pasts, ...counts]
  const columns = keepSources ? joined : keptColumns(joined, [...exampleColumns(config), keep?.column])
  const cells = [
    ...(keepSources ? ['joined.*'] : [...rowCells, ...columns.values()].map((name) => `joined.${name}`)),
    ...made.map(({ cell, alias }) => `made_${alias}.${cell} AS ${alias}`),
  ]
  const joins = made.map(
    ({ rows, by, alias }) =>
      `LEFT JOIN ${rows} AS made_${alias} ON ${by.map((name) => `made_${alias}.${name} = joined.${name}`).join(' AND ')}`,
  )
  // Rows are streamed past what was made for them, which is narrow; a wrong estimate of their number would turn that round.
  await database.run("SET disabled_optimizers = 'build_side_probe_side'")
  await createRows(database, 'examples', `SELECT ${cells.join(', ')} FROM joined ${joins.join(' ')}`)
  await database.run('RESET disabled_optimizers')
  await dropJoined(database)
  const used = [...histories, ...aggregates].map(({ rows }) => rows)
  if (label?.action !== undefined) used.push(creditTable)
  if (used.length > 0) await database.run(used.map((table) => `DROP TABLE ${table}`).join('; '))
  const named = counts.map(({ name, alias }) => [name, alias] as const)
  const listed = pasts.map(({ name, alias, list }) => [name, list ? listCell(list) : alias] as const)
  return {
    columns: withFeatureNames(config, new Map([...columns, ...named, ...listed])),
    lists: new Map(pasts.flatMap(({ list }) => (list ? [[listCell(list), list] as const] : []))),
    histories,
    kept,
  }
}

/** What each row of `examples` is, beside its cells. */
const rowCells = ['__row', '__file', '__label', '__weight', '__time', '__split']

const keptColumns = (columns: CellColumns, names: readonly (string | undefined)[]): CellColumns =>
  new Map([...columns].filter(([name]) => names.includes(name)))

/** What rows have of something made of the past. */
interface MadeCell {
  readonly name: string
  /** A table expression with `cell` and the columns `by`, which rows have too. */
  readonly rows: string
  readonly by: readonly string[]
  readonly cell: string
  /** Column of `examples`. */
  readonly alias: string
  readonly list?: CellList
}

const keyedPast = ({ name, rows, by, lists }: HistoryTables, alias: string): MadeCell => ({
  ...{ name, rows, by, cell: 'key', alias },
  list: { table: lists, key: alias },
})

function listedPast({ name, rows, by, lists }: HistoryTables, alias: string): MadeCell {
  const listed = `(SELECT ${by.join(', ')}, items FROM ${rows} JOIN ${lists} USING (key))`
  return { name, rows: listed, by, cell: 'items', alias }
}

function logWarnings({ data }: Config, log: ActionLog | null, attribution: AttributionReport | null): string[] {
  const unusable = log?.unusable ?? 0
  const total = unusable + (log?.rowCount ?? 0)
  const lost = `${String(unusable)} of ${String(total)} actions have no user, no item or no readable time; they are left out`
  return [...(unusable > 0 ? [lost] : []), ...(attribution ? attributionWarnings(attribution, data.label?.within) : [])]
}

/** Leaves out the rows between two splits; returns a warning with their number. */
async function dropGap(database: Database, { data: { split } }: Config): Promise<string[]> {
  if (split?.by !== 'time' || split.gap === undefined) return []
  const [row] = await database.rows(`SELECT count(*) AS n FROM joined WHERE __split = '${gapSplit}'`)
  const count = Number(row?.['n'] ?? 0)
  if (count === 0) return []
  await layerOver(database, (below) => `SELECT * FROM ${below} WHERE __split <> '${gapSplit}'`)
  return [`${countText(count)} rows are left out: they lie in the gap before a later split`]
}

/** The columns by the names of the features too that read them. */
function withFeatureNames(config: Config, columns: CellColumns): CellColumns {
  const features = allFeatures(config)
  const own = Object.keys(features).flatMap((name): [string, string][] => {
    const cell = columns.get(sourceColumnOf(name, features))
    return cell === undefined ? [] : [[name, cell]]
  })
  return new Map([...columns, ...own])
}
