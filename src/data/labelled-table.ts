/** The table `examples`: joined rows with their histories and their split. */
import type { Config } from '../features/index.js'
import { allFeatures, sourceColumnOf } from '../features/index.js'
import type { ActionLog } from './actions.js'
import { actionsTable, readActions } from './actions.js'
import type { AttributionReport } from './attribution.js'
import { attributeActions, attributionWarnings } from './attribution.js'
import type { CellColumns, ExamplesInput } from './examples.js'
import { joinExamples } from './examples.js'
import type { HistoryTables } from './history.js'
import { makeHistories } from './history.js'
import type { SourceReader } from './source-table.js'
import { splitSql } from './splits.js'

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
  const log = await readActions(reader, input)
  const attribution = await attributeActions(database, {
    config: input.config,
    columns,
    keepSources: input.keepSources,
  })
  const warnings = [...ofJoins, ...logWarnings(input.config, log, attribution)]
  const own = split === null ? await splitSql(database, input.config, columns) : `'${split}'`
  await database.run(
    `CREATE TABLE divided AS SELECT *, ${own} AS __split FROM joined; DROP TABLE joined; ALTER TABLE divided RENAME TO joined`,
  )
  const histories = await makeHistories(database, input.config, columns)
  const lists = histories.map(({ rows }, index) => `${rows}.items AS h${String(index)}`)
  const joins = histories.map(({ rows }) => `LEFT JOIN ${rows} ON ${rows}.__row = joined.__row`)
  await database.run(
    `CREATE TABLE examples AS SELECT ${['joined.*', ...lists].join(', ')} FROM joined ${joins.join(' ')}`,
  )
  if (log && !input.keepSources) await database.run(`DROP TABLE ${actionsTable}`)
  await database.run(['joined', ...histories.map(({ rows }) => rows)].map((table) => `DROP TABLE ${table}`).join('; '))
  const [row] = await database.rows('SELECT count(*) AS n FROM examples')
  const named = histories.map(({ name }, index) => [name, `h${String(index)}`] as const)
  return {
    columns: withFeatureNames(input.config, new Map([...columns, ...named])),
    histories,
    rowCount: Number(row?.['n'] ?? 0),
    attribution,
    log,
    warnings,
  }
}

function logWarnings({ data }: Config, log: ActionLog | null, attribution: AttributionReport | null): string[] {
  const unusable = log?.unusable ?? 0
  const total = unusable + (log?.rowCount ?? 0)
  const lost = `${String(unusable)} of ${String(total)} actions have no user, no item or no readable time; they are left out`
  return [...(unusable > 0 ? [lost] : []), ...(attribution ? attributionWarnings(attribution, data.label?.within) : [])]
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
