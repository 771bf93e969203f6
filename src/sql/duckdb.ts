/** The one place that knows DuckDB: an in-process database that reads files and keeps within its memory by spilling to disk. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import {
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBListVector,
  DuckDBTypeId,
  LIST,
  DOUBLE,
  FLOAT,
  INTEGER,
} from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBType, DuckDBVector } from '@duckdb/node-api'
import { makeDirectory } from '../base/index.js'
import type { CellValue, ColumnValues, ColumnarChunk, FixedValues } from './columnar-chunk.js'
import { cellOf } from './columnar-chunk.js'
import { diskFull, memoryExhausted, statementFailed } from './errors.js'

export interface DatabaseOptions {
  /** Bytes. Default: a quarter of the machine's memory, at most 2.5 GiB; beyond it the database spills to disk. */
  readonly memoryLimit?: number
  /** Default: all processors. */
  readonly threads?: number
  /** Where spilled data goes; made when missing. Default: a fresh directory of the system's, removed by `close`. */
  readonly temporaryDirectory?: string
}

/** Columns to insert: numbers, or lists of them by offsets (`rowCount + 1` of them, from 0). */
export type InsertedColumn = InsertedNumbers | { readonly offsets: Int32Array; readonly values: InsertedNumbers }
type InsertedNumbers = Int32Array | Float32Array | Float64Array

export interface Database {
  run(sql: string): Promise<void>
  /** Every row as an object; for small results. Integers beyond 2^53 are decimal text. */
  rows(sql: string): Promise<Record<string, CellValue>[]>
  /** The result in chunks of at most 2,048 rows, in bounded memory. */
  chunks(sql: string): AsyncIterable<ColumnarChunk>
  /** Appends rows to a table whose columns are those given, in that order. */
  insert(table: string, rowCount: number, columns: readonly InsertedColumn[]): Promise<void>
  close(): void
}

/** Rows of one data chunk of DuckDB (its vector size). */
const chunkRows = 2048

/** Opens an empty database in memory; it never fetches extensions from the network, and its moments are in UTC, wherever the machine stands. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const limit = options.memoryLimit ?? Math.min(2.5 * 2 ** 30, Math.floor(totalmem() / 4))
  const own = options.temporaryDirectory === undefined ? mkdtempSync(join(tmpdir(), 'widedeep-sql-')) : null
  const spill = options.temporaryDirectory ?? own ?? ''
  makeDirectory(spill)
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${String(Math.floor(limit / 1024))}KiB`,
    threads: String(options.threads ?? availableParallelism()),
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  })
  const connection = await instance.connect()
  await connection.run("SET GLOBAL TimeZone = 'UTC'")
  const translated = (cause: unknown, sql: string): Error => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (/could not write|no space left/i.test(reason)) return diskFull({ directory: spill, reason }, { cause })
    if (/out of memory|could not allocate/i.test(reason)) return memoryExhausted({ limit, reason }, { cause })
    return statementFailed({ reason, sql }, { cause })
  }
  const chunks = (sql: string): AsyncIterable<ColumnarChunk> => streamChunks(instance, sql, translated)
  return {
    async run(sql) {
      await connection.run(sql).catch((cause: unknown) => {
        throw translated(cause, sql)
      })
    },
    async rows(sql) {
      const result = await connection.run(sql).catch((cause: unknown) => {
        throw translated(cause, sql)
      })
      const rows: Record<string, CellValue>[] = []
      const names = result.columnNames()
      for (const chunk of await result.fetchAllChunks()) appendRows(readChunk(chunk, names), rows)
      return rows
    },
    chunks,
    insert: (table, rowCount, columns) => insertColumns(connection, { table, rowCount, columns }),
    close() {
      connection.closeSync()
      instance.closeSync()
      if (own !== null && existsSync(own)) rmSync(own, { recursive: true, force: true })
    },
  }
}

async function* streamChunks(
  instance: DuckDBInstance,
  sql: string,
  translated: (cause: unknown, sql: string) => Error,
): AsyncGenerator<ColumnarChunk> {
  // A connection has one open result at a time; with its own, a reader may run other statements between two chunks.
  const connection = await instance.connect()
  try {
    const result = await connection.stream(sql)
    const names = result.columnNames()
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      yield readChunk(chunk, names)
    }
  } catch (cause) {
    throw translated(cause, sql)
  } finally {
    connection.closeSync()
  }
}

function readChunk(chunk: DuckDBDataChunk, names: readonly string[]): ColumnarChunk {
  const columns: Record<string, ColumnValues> = {}
  names.forEach((name, index) => {
    columns[name] = readVector(chunk.getColumnVector(index), chunk.rowCount)
  })
  return { rowCount: chunk.rowCount, columns }
}

function readVector(vector: DuckDBVector, count: number): ColumnValues {
  if (vector instanceof DuckDBListVector) return readLists(vector, count)
  const fixed = fixedItems(vector)
  // Copied, because the memory behind a chunk is the database's.
  if (fixed) return { kind: 'fixed', values: fixed.slice(0, count), isNull: nullsOf(vector, count) }
  const values: (string | boolean | bigint | null)[] = []
  for (let row = 0; row < count; row++) {
    const value = vector.getItem(row)
    values.push(
      typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint'
        ? value
        : value === null
          ? null
          : String(value),
    )
  }
  return { kind: 'values', values }
}

function readLists(vector: DuckDBListVector, count: number): ColumnValues {
  const all = readVector(vector.childVector, vector.childVector.itemCount)
  const isNull = nullsOf(vector, count)
  const offsets = new Int32Array(count + 1)
  const picked: number[] = []
  let isContiguous = true
  for (let row = 0; row < count; row++) {
    const length = isNull?.[row] === 1 ? 0 : vector.getEntryLength(row)
    const first = length === 0 ? 0 : vector.getEntryOffset(row)
    if (length > 0 && first !== offsets[row]) isContiguous = false
    for (let at = first; at < first + length; at++) picked.push(at)
    offsets[row + 1] = (offsets[row] ?? 0) + length
  }
  return { kind: 'lists', offsets, child: isContiguous ? all : pick(all, picked), isNull }
}

function pick(column: ColumnValues, at: readonly number[]): ColumnValues {
  if (column.kind === 'lists') throw new Error('internal: lists of lists are not read')
  if (column.kind === 'values') return { kind: 'values', values: at.map((index) => column.values[index] ?? null) }
  const values = column.values.slice(0, at.length)
  for (const [target, index] of at.entries()) values[target] = column.values[index] ?? 0
  const { isNull } = column
  return { kind: 'fixed', values, isNull: isNull && Uint8Array.from(at, (index) => isNull[index] ?? 0) }
}

function fixedItems(vector: DuckDBVector): FixedValues | null {
  // An enumeration's numbers are the database's own affair; its items are texts.
  if (vector.type.typeId === DuckDBTypeId.ENUM) return null
  const items: unknown = Reflect.get(vector, 'items')
  return ArrayBuffer.isView(items) && !(items instanceof DataView) ? (items as FixedValues) : null
}

function nullsOf(vector: DuckDBVector, count: number): Uint8Array | null {
  const validity = Reflect.get(vector, 'validity') as { readonly data: unknown; itemValid(row: number): boolean }
  if (validity.data === null) return null
  const isNull = new Uint8Array(count)
  let any = false
  for (let row = 0; row < count; row++) {
    if (validity.itemValid(row)) continue
    isNull[row] = 1
    any = true
  }
  return any ? isNull : null
}

function appendRows({ columns, rowCount }: ColumnarChunk, rows: Record<string, CellValue>[]): void {
  const entries = Object.entries(columns)
  for (let row = 0; row < rowCount; row++) {
    rows.push(Object.fromEntries(entries.map(([name, column]) => [name, cellOf(column, row)])))
  }
}

interface Insertion {
  readonly table: string
  readonly rowCount: number
  readonly columns: readonly InsertedColumn[]
}

async function insertColumns(connection: DuckDBConnection, { table, rowCount, columns }: Insertion): Promise<void> {
  const appender = await connection.createAppender(table)
  const types = columns.map(typeOf)
  for (let first = 0; first < rowCount; first += chunkRows) {
    const count = Math.min(chunkRows, rowCount - first)
    const chunk = DuckDBDataChunk.create(types, count)
    columns.forEach((column, index) => {
      writeVector(chunk.getColumnVector(index), column, { first, count })
    })
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

function typeOf(column: InsertedColumn): DuckDBType {
  if ('offsets' in column) return LIST(typeOf(column.values))
  if (column instanceof Int32Array) return INTEGER
  return column instanceof Float32Array ? FLOAT : DOUBLE
}

function writeVector(
  vector: DuckDBVector,
  column: InsertedColumn,
  { first, count }: { first: number; count: number },
): void {
  if ('offsets' in column) {
    for (let row = 0; row < count; row++) {
      const [from, to] = [column.offsets[first + row], column.offsets[first + row + 1]]
      vector.setItem(row, { items: Array.from(column.values.subarray(from, to)) })
    }
  } else {
    const items = fixedItems(vector)
    if (!items) throw new Error('internal: a vector without items')
    for (let row = 0; row < count; row++) items[row] = column[first + row] ?? 0
  }
  vector.flush()
}
