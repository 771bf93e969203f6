/** The table `examples`: joined rows with their histories and their split. */
import { countText } from '../base/index.js'
import type { Config } from '../features/index.js'
import { allFeatures, sourceColumnOf } from '../features/index.js'
import type { ActionLog } from './actions.js'
import { actionsTable, readActions } from './actions.js'
import type { AttributionReport } from './attribution.js'
import { attributeActions, attributionWarnings, creditTable } from './attribution.js'
import { makeAggregates } from './aggregates.js'
import type { CellColumns, ExamplesInput } from './examples.js'
import { joinExamples, joinedTable } from './examples.js'
import type { HistoryTables } from './history.js'
import { makeHistories } from './history.js'
import { dropJoined, layerOver } from './joined-layers.js'
import { dropUnseen } from './position.js'
import { weighByPropensity } from './propensity.js'
import type { SourceReader } from './source-table.js'
import { gapSplit, splitSql } from './splits.js'
import type { Database } from '../sql/index.js'

export interface LabelledTable {
  /** Columns of `examples` by name: those of the data, and the histories. */
  readonly columns: CellColumns
  readonly histories: readonly HistoryTables[]
  readonly rowCount: number
  readonly warnings: readonly string[]
  /** What became of impressions and actions, where actions make the label. */
  readonly attribution: AttributionReport | null
  /** What was read of the action log, where there is one. */
  readonly log: ActionLog | null
}

/** Makes the table `examples`; `split` is the one split that all rows are put into, or `null` for the config's splits. */
export async function makeExamples(
  reader: SourceReader,
  input: ExamplesInput,
  split: string | null,
): Promise<LabelledTable> {
  const { database } = reader
  const { columns, warnings: ofJoins } = await joinExamples(reader, input)
  if (input.keepSources)
    await database.run(
      'CREATE TABLE file_starts AS SELECT __file AS file, min(__row) AS first FROM joined GROUP BY __file',
    )
  const unseen = await dropUnseen(database, input.config, columns)
  await weighByPropensity(reader, input.config, columns)
  const log = await readActions(reader, input)
  const attribution = await attributeActions(database, {
    config: input.config,
    columns,
    keepSources: input.keepSources,
  })
  const warnings = [...ofJoins, ...unseen, ...logWarnings(input.config, log, attribution)]
  const own = split === null ? await splitSql(database, input.config, columns) : `'${split}'`
  await layerOver(database, (below) => `SELECT *, ${own} AS __split FROM ${below}`)
  const inGap = await dropGap(database, input.config)
  const histories = await makeHistories(database, input.config, columns)
  const aggregates = await makeAggregates(database, input.config, columns)
  const made = [
    ...histories.map(({ name, rows }, index) => ({ name, rows, cell: 'items', alias: `h${String(index)}` })),
    ...aggregates.map(({ name, rows }, index) => ({ name, rows, cell: 'value', alias: `g${String(index)}` })),
  ]
  const cells = made.map(({ rows, cell, alias }) => `${rows}.${cell} AS ${alias}`)
  const joins = made.map(({ rows }) => `LEFT JOIN ${rows} ON ${rows}.__row = joined.__row`)
  await database.run(
    `CREATE TABLE examples AS SELECT ${['joined.*', ...cells].join(', ')} FROM joined ${joins.join(' ')}`,
  )
  if (log && !input.keepSources) await database.run(`DROP TABLE ${actionsTable}`)
  await dropJoined(database, joinedTable)
  const used = [...made.map(({ rows }) => rows), ...(attribution ? [creditTable] : [])]
  if (used.length > 0) await database.run(used.map((table) => `DROP TABLE ${table}`).join('; '))
  const [row] = await database.rows('SELECT count(*) AS n FROM examples')
  const named = made.map(({ name, alias }) => [name, alias] as const)
  return {
    columns: withFeatureNames(input.config, new Map([...columns, ...named])),
    histories,
    rowCount: Number(row?.['n'] ?? 0),
    attribution,
    log,
    warnings: [...warnings, ...inGap],
  }
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
