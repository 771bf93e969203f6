/** The table `examples`: joined rows with their histories and their split. */
import type { Config } from '../features/index.js'
import { allFeatures, sourceColumnOf } from '../features/index.js'
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
}

/** Makes the table `examples`; `split` is the one split that all rows are put into, or `null` for the config's splits. */
export async function makeExamples(
  reader: SourceReader,
  input: ExamplesInput,
  split: string | null,
): Promise<LabelledTable> {
  const { database } = reader
  const { columns, warnings } = await joinExamples(reader, input)
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
  await database.run(['joined', ...histories.map(({ rows }) => rows)].map((table) => `DROP TABLE ${table}`).join('; '))
  const [row] = await database.rows('SELECT count(*) AS n FROM examples')
  const named = histories.map(({ name }, index) => [name, `h${String(index)}`] as const)
  return {
    columns: withFeatureNames(input.config, new Map([...columns, ...named])),
    histories,
    rowCount: Number(row?.['n'] ?? 0),
    warnings,
  }
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
