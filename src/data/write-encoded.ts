/** The encoded cache on disk: Parquet files for each split, rows in the order of the input. */
import type { Config } from '../features/index.js'
import { allFeatures, labelKindOf } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { quoteName, quoteText } from '../sql/index.js'
import type { CodeJoins } from './code-joins.js'
import { countRows } from './count-rows.js'
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

export interface EncodedRows {
  readonly config: Config
  readonly columns: CellColumns
  readonly codes: CodeJoins
}

/**
 * Writes a split: `row` (its place in the input, behind `firstRow`), `label`, `weight`, the features, and `user`, `item` (text) and `time` (number) where
 * configured; returns how many rows there are.
 */
export async function writeEncoded(
  database: Database,
  { config, columns, codes }: EncodedRows,
  { split, path, firstRow = 0 }: EncodedFile,
): Promise<number> {
  const features = Object.keys(allFeatures(config))
  const keys = keyNames.filter((key) => columns.has(config.data[key] ?? ''))
  const carried = [
    `examples.__row + ${String(firstRow)} AS row`,
    `CAST(__label AS ${labelKindOf(config.model) === 'classSet' ? 'FLOAT[]' : 'FLOAT'}) AS label`,
    'CAST(__weight AS FLOAT) AS weight',
    '__time AS time',
    ...keys.map((key) => `examples.${columns.get(config.data[key] ?? '') ?? ''} AS ${quoteName(key)}`),
    ...features.flatMap((name) => codes.carry(name)),
  ]
  const rows = `SELECT ${carried.join(', ')} FROM examples ${codes.joins(features)} WHERE examples.__split = '${split}' ORDER BY row`
  const select = [
    'row, label, weight, time',
    ...keys.map((key) => `CAST(${quoteName(key)} AS VARCHAR) AS ${quoteName(key)}`),
    ...features.flatMap((name) => codes.select(name)),
  ]
  const query = `SELECT ${select.join(', ')} FROM (${rows})`
  await database.run(
    `COPY (${query}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${String(rowGroupRows)})`,
  )
  return countRows(database, `read_parquet(${quoteText(path)})`)
}
