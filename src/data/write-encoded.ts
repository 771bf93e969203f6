/** The encoded cache on disk: Parquet files for each split, rows in the order of the input. */
import type { Config, EncodedColumn } from '../features/index.js'
import { labelKindOf } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { quoteName, quoteText } from '../sql/index.js'
import { encodedNames } from './encoded-names.js'
import type { CellColumns } from './examples.js'

/** Rows of a row group: what reading a block of a split decodes at least. */
const rowGroupRows = 65_536

/** Keys of an example that grouped metrics and ranking ask for. */
export const keyNames = ['user', 'item'] as const

export interface EncodedFile {
  readonly split: string
  readonly path: string
  /** The number of its first row, where other files of the split come before it. Default 0. */
  readonly firstRow?: number
}

/** Writes a split: `row` (from `firstRow`), `label`, `weight`, the columns, and `user`, `item` (text) and `time` (number) where configured. */
export async function writeEncoded(
  database: Database,
  { config, columns, encoded }: { config: Config; columns: CellColumns; encoded: readonly EncodedColumn[] },
  { split, path, firstRow = 0 }: EncodedFile,
): Promise<number> {
  const keys = keyNames.flatMap((key) => {
    const cell = columns.get(config.data[key] ?? '')
    return cell === undefined ? [] : `CAST(examples.${cell} AS VARCHAR) AS ${quoteName(key)}`
  })
  const select = [
    `row_number() OVER (ORDER BY examples.__row) - 1 + ${String(firstRow)} AS row`,
    `CAST(__label AS ${labelKindOf(config.model) === 'classSet' ? 'FLOAT[]' : 'FLOAT'}) AS label`,
    'CAST(__weight AS FLOAT) AS weight',
    '__time AS time',
    ...keys,
    ...encoded.flatMap(encodedNames).map((name) => `encoded.${quoteName(name)}`),
  ]
  const query = `SELECT ${select.join(', ')} FROM examples JOIN encoded ON examples.__row = encoded.__row WHERE examples.__split = '${split}' ORDER BY row`
  await database.run(
    `COPY (${query}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${String(rowGroupRows)})`,
  )
  const [row] = await database.rows(`SELECT count(*) AS n FROM examples WHERE __split = '${split}'`)
  return Number(row?.['n'] ?? 0)
}
