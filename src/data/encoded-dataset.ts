/** One split of encoded examples on disk, loaded into memory once where it fits. */
import { statSync } from 'node:fs'
import type { EncodedBatch, EncodedColumn, Encoder } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { numberOf, openDatabase, quoteName, quoteText } from '../sql/index.js'
import { countRows } from './count-rows.js'
import { isWeighted } from './encoded-names.js'
import type { FileRange, RowRange } from './memory-block.js'
import { gatherRows, loadRows, sliceRows } from './memory-block.js'
import { pickRows } from './pick-rows.js'
import type { PositiveRows } from './positive-rows.js'
import { readFirstMoments, readPositives } from './positive-rows.js'
import { rawAt } from './statistics.js'

export interface ExampleKeys {
  /** One text per row; `null` without that key in the config. */
  readonly user: readonly (string | null)[] | null
  readonly item: readonly (string | null)[] | null
  /** As in the data: seconds, milliseconds or whatever unit its numbers have; NaN where it has none. */
  readonly time: Float64Array
  readonly label: Float32Array
}

export interface EncodedDataset {
  readonly rowCount: number
  readonly columns: readonly EncodedColumn[]
  /** Rows in the order of the input; views of the loaded arrays, not to be written to. */
  readBlock(firstRow: number, count: number): Promise<EncodedBatch>
  /** Rows of some ranges as one block of its own. */
  readRanges(ranges: readonly RowRange[]): Promise<EncodedBatch>
  /** The whole split in memory, or `null` when it does not fit the budget. */
  loaded(): Promise<EncodedBatch | null>
  /** Bytes that the split (or a part of it) may take in memory. */
  readonly memoryBudget: number
  /** Estimated bytes of one row in memory. */
  bytesPerRow(): Promise<number>
  /** A number for each row that is equal where the user is; `null` without a user key. For grouped metrics. */
  groups(): Promise<Int32Array | null>
  /** The rows of some places, ascending, as one block of its own. */
  readRows(places: Uint32Array): Promise<EncodedBatch>
  /** Who liked what and when, row by row; needs both keys. */
  positives(): Promise<PositiveRows>
  /** The moment of each item's first row, in milliseconds since 1970; needs the item key. */
  firstMoments(): Promise<ReadonlyMap<string, number>>
  keys(): Promise<ExampleKeys>
  close(): void
}

export interface DatasetFile {
  /** Parts of the split, in the order of their rows. */
  readonly paths: readonly string[]
  readonly rowCount: number
  /** Makes the crosses of the features that the file holds. */
  readonly encoder: Encoder
  readonly keys: { readonly user: boolean; readonly item: boolean }
  /** The condition on `label` that a row's item was liked. */
  readonly relevant: string
}

const defaultBudget = 2 ** 30

/** Opens a split of the encoded cache; the database behind it is opened at the first read. */
export function openDataset(file: DatasetFile, options: { memoryBudget?: number } = {}): EncodedDataset {
  const { rowCount, encoder } = file
  const { columns } = encoder
  const memoryBudget = options.memoryBudget ?? defaultBudget
  const source = `read_parquet([${file.paths.map(quoteText).join(', ')}])`
  const connection = lazyDatabase()
  const parts = once(async () => partsOf(await connection.open(), file.paths))
  const readRanges = async (ranges: readonly RowRange[]): Promise<EncodedBatch> => {
    const known = await parts()
    return loadRows(
      await connection.open(),
      encoder,
      ranges.flatMap((range) => partRanges(known, range)),
    )
  }
  const bytesPerRow = once(async () => rowBytes(await connection.open(), file, source))
  const loaded = once(async () => {
    const fits = rowCount * (await bytesPerRow()) <= memoryBudget
    return fits ? readRanges([{ first: 0, count: rowCount }]) : null
  })
  return {
    rowCount,
    columns,
    memoryBudget,
    bytesPerRow,
    loaded,
    readRanges,
    async readBlock(first, count) {
      const range = { first, count: Math.max(0, Math.min(count, rowCount - first)) }
      const all = await loaded()
      return all ? sliceRows(all, range) : readRanges([range])
    },
    async keys() {
      return readKeys(await connection.open(), file, source)
    },
    groups: once(async () => (file.keys.user ? userGroups(await connection.open(), source, rowCount) : null)),
    async readRows(places) {
      const all = await loaded()
      return all ? gatherRows(all, places) : pickRows((range) => readRanges([range]), rowCount, places)
    },
    async positives() {
      return readPositives(await connection.open(), await parts(), file.relevant)
    },
    async firstMoments() {
      return readFirstMoments(await connection.open(), source)
    },
    close: () => {
      connection.close()
    },
  }
}

/** Where the rows of each file begin among those of the split. */
async function partsOf(database: Database, paths: readonly string[]): Promise<(RowRange & { path: string })[]> {
  let first = 0
  const parts: (RowRange & { path: string })[] = []
  for (const path of paths) {
    const count = await countRows(database, `read_parquet(${quoteText(path)})`)
    parts.push({ path, first, count })
    first += count
  }
  return parts
}

/** A range of rows of the split as ranges of rows of its files. */
function partRanges(parts: readonly (RowRange & { path: string })[], range: RowRange): FileRange[] {
  return parts.flatMap(({ path, first, count }) => {
    const from = Math.max(range.first, first)
    const to = Math.min(range.first + range.count, first + count)
    return from < to ? [{ path, first: from - first, count: to - from }] : []
  })
}

function lazyDatabase(): { open(): Promise<Database>; close(): void } {
  let opened: Promise<Database> | null = null
  return {
    open: () => (opened ??= openDatabase()),
    close: () => {
      void opened?.then((database) => {
        database.close()
      })
      opened = null
    },
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

async function rowBytes(
  database: Database,
  { paths, encoder, rowCount }: DatasetFile,
  source: string,
): Promise<number> {
  let bytes = 8
  const lists: string[] = []
  for (const column of encoder.columns) {
    const { shape } = column
    if (shape.kind === 'numbers') bytes += 4 * shape.width
    else if (shape.isMultivalent) {
      const bytesPerId = isWeighted(shape) ? 8 : 4
      lists.push(`${String(bytesPerId)} * coalesce(avg(${lengthSql(column, encoder)}), 0)`)
    } else bytes += 4
  }
  if (lists.length === 0 || rowCount === 0 || paths.every((path) => statSync(path).size === 0)) return bytes
  const [row] = await database.rows(`SELECT CAST(${lists.join(' + ')} AS DOUBLE) AS bytes FROM ${source}`)
  return bytes + 4 * lists.length + Number(row?.['bytes'] ?? 0)
}

/** How many ids a row has: of a cross one for each tuple of its features' ids. */
function lengthSql({ name }: EncodedColumn, { features, crosses }: DatasetFile['encoder']): string {
  const lists = crosses.get(name)?.declaration.features.filter((feature) => isList(features.get(feature))) ?? [name]
  return lists.map((list) => `len(${quoteName(`i_${list}`)})`).join(' * ')
}

const isList = (column: Pick<EncodedColumn, 'shape'> | undefined): boolean =>
  column?.shape.kind === 'ids' && column.shape.isMultivalent

async function userGroups(database: Database, source: string, rowCount: number): Promise<Int32Array> {
  const groups = new Int32Array(rowCount)
  let at = 0
  const sql = `SELECT CAST(dense_rank() OVER (ORDER BY "user") - 1 AS INTEGER) AS g FROM ${source} ORDER BY row`
  for await (const { columns, rowCount: count } of database.chunks(sql)) {
    for (let row = 0; row < count; row++) groups[at + row] = numberOf(columns['g'], row)
    at += count
  }
  return groups
}

async function readKeys(database: Database, { keys, rowCount }: DatasetFile, source: string): Promise<ExampleKeys> {
  const user: (string | null)[] | null = keys.user ? [] : null
  const item: (string | null)[] | null = keys.item ? [] : null
  const time = new Float64Array(rowCount)
  const label = new Float32Array(rowCount)
  const names = ['time', 'label', ...(user ? ['"user"'] : []), ...(item ? ['item'] : [])].join(', ')
  let at = 0
  for await (const { columns, rowCount: count } of database.chunks(`SELECT ${names} FROM ${source} ORDER BY row`)) {
    for (let row = 0; row < count; row++) {
      label[at] = numberOf(columns['label'], row)
      time[at++] = numberOf(columns['time'], row)
      user?.push(textAt(columns['user'], row))
      item?.push(textAt(columns['item'], row))
    }
  }
  return { user, item, time, label }
}

function textAt(column: Parameters<typeof rawAt>[0], row: number): string | null {
  const value = rawAt(column, row)
  return typeof value === 'string' ? value : null
}
