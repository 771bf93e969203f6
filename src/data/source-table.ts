/** Reads files of any supported format into a table of the database, with one column for each name that is needed. */
import { statSync } from 'node:fs'
import { extname } from 'node:path'
import type { FileFormat } from '../features/index.js'
import { suggestion } from '../base/index.js'
import type { Database } from '../sql/index.js'
import { quoteName, quoteText, statementFailed } from '../sql/index.js'
import { WideDeepError } from '../base/index.js'
import { columnMissing, fileEmpty, fileUnreadable } from './errors.js'
import type { BadRows } from './bad-rows.js'
import { recordRejects } from './bad-rows.js'
import { asUtf8, firstRecord } from './text-file.js'

export interface SourceReader {
  readonly database: Database
  /** For files in another encoding, written again in UTF-8. */
  readonly temporaryDirectory: string
  readonly badRows: BadRows
}

export interface Source {
  readonly files: readonly string[]
  readonly format: FileFormat | undefined
}

/** Files with the same columns, read by one scan. */
interface Scan {
  readonly type: FileType
  /** A table function call. */
  readonly sql: string
  readonly columns: ReadonlyMap<string, string>
  readonly files: readonly string[]
}

type FileType = 'csv' | 'parquet' | 'ndjson'

/** Opens files: what columns they have, and how to read those that are needed. */
export async function scanSource(reader: SourceReader, { files, format }: Source): Promise<readonly Scan[]> {
  const scans: Scan[] = []
  for (const file of files) {
    if (statSync(file).size === 0) throw fileEmpty({ path: file })
    const type = format?.type ?? typeOf(file)
    const scan = type === 'csv' ? await scanText(reader, file, format ?? {}) : await scanTyped(reader, file, type)
    const last = scans.at(-1)
    if (last?.type === 'csv' && sameColumns(last, scan))
      scans[scans.length - 1] = { ...last, files: [...last.files, ...scan.files] }
    else scans.push(scan)
  }
  return scans
}

/** Names of every column that each of the scans has. */
export function sourceColumns(scans: readonly Scan[]): string[] {
  const [first, ...others] = scans
  return [...(first?.columns.keys() ?? [])].filter((name) => others.every(({ columns }) => columns.has(name)))
}

/** Appends the rows of a source to a table (made when missing): `__file`, `extra` columns, then the names wanted, `NULL` where absent. */
export async function readSource(
  reader: SourceReader,
  scans: readonly Scan[],
  target: {
    readonly table: string
    readonly names: readonly string[]
    readonly extra?: Readonly<Record<string, string>>
    readonly format: FileFormat | undefined
  },
): Promise<void> {
  const { database } = reader
  for (const scan of scans) {
    const cells = target.names.map((name) => `${cellExpression(scan, name, target.format)} AS ${quoteName(name)}`)
    const extra = Object.entries(target.extra ?? {}).map(([name, sql]) => `${sql} AS ${name}`)
    const select = `SELECT ${['__file', ...extra, ...cells].join(', ')} FROM ${scan.type === 'csv' ? textScan(scan, target.format ?? {}) : scan.sql}`
    const exists = await database.rows(`SELECT 1 FROM duckdb_tables() WHERE table_name = ${quoteText(target.table)}`)
    const statement =
      exists.length > 0 ? `INSERT INTO ${target.table} BY NAME ${select}` : `CREATE TABLE ${target.table} AS ${select}`
    await database.run(statement).catch((cause: unknown) => {
      throw unreadable(cause, scan)
    })
    if (scan.type === 'csv') await recordRejects(database, reader.badRows)
  }
}

/** Throws one error that names every column of `wanted` which the data does not have, where the config names it, and which files lack it. */
export function requireColumns(
  wanted: ReadonlyMap<string, string>,
  known: readonly string[],
  { files, scans = [] }: { readonly files: readonly string[]; readonly scans?: readonly Scan[] },
): void {
  const present = new Set(known.map((name) => name.toLowerCase()))
  const missing = [...wanted].filter(([name]) => !present.has(name.toLowerCase()))
  if (missing.length === 0) return
  const lacking = new Set<string>()
  const lines = missing.map(([name, path]) => {
    const without = scans.filter(({ columns }) => ![...columns.keys()].some((one) => sameName(one, name)))
    const isPartial = without.length > 0 && without.length < scans.length
    if (isPartial) for (const { files: own } of without) for (const file of own) lacking.add(file)
    return `"${name}" (${path}): ${isPartial ? 'other files have it' : suggestion(name, known)}`
  })
  const named = lacking.size > 0 ? [...lacking] : files
  throw columnMissing({ lines, files: named.slice(0, 3).join(', ') })
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

function typeOf(file: string): FileType {
  const extension = extname(file.replace(/\.(gz|zst)$/, '')).toLowerCase()
  if (extension === '.parquet') return 'parquet'
  return ['.ndjson', '.jsonl', '.json'].includes(extension) ? 'ndjson' : 'csv'
}

const delimiterOf = (file: string, format: FileFormat): string =>
  format.delimiter ?? (/\.tsv(\.gz)?$/i.test(file) ? '\t' : ',')

async function scanText(reader: SourceReader, file: string, format: FileFormat): Promise<Scan> {
  const encoding = format.encoding ?? 'utf-8'
  const record = await firstRecord(file, encoding, { delimiter: delimiterOf(file, format), quote: format.quote ?? '"' })
  if (record.length === 0) throw fileEmpty({ path: file })
  const hasHeader = format.header ?? format.columns === undefined
  // A data frame written with its index has a first column without a name.
  const names =
    format.columns ?? record.map((name, index) => (hasHeader && name.trim() !== '' ? name : `column${String(index)}`))
  const path = encoding === 'utf-8' ? file : await asUtf8(file, encoding, reader.temporaryDirectory)
  return { type: 'csv', sql: '', columns: new Map(names.map((name) => [name, 'VARCHAR'])), files: [path] }
}

/** The dialect is given, never guessed: a guess that changes with the data would change the model. */
function textScan({ files, columns }: Scan, format: FileFormat): string {
  const types = [...columns.keys()].map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')
  const quote = quoteText(format.quote ?? '"')
  const options = [
    'auto_detect = false',
    `header = ${String(format.header ?? format.columns === undefined)}`,
    `delim = ${quoteText(delimiterOf(files[0] ?? '', format))}`,
    `quote = ${quote}`,
    `escape = ${quote}`,
    `columns = {${types}}`,
    'store_rejects = true',
    'rejects_limit = 0',
    "filename = '__file'",
  ]
  return `read_csv([${files.map(quoteText).join(', ')}], ${options.join(', ')})`
}

async function scanTyped({ database }: SourceReader, file: string, type: 'parquet' | 'ndjson'): Promise<Scan> {
  const call = (options: string): string =>
    type === 'parquet'
      ? `read_parquet(${quoteText(file)}, filename = '__file')`
      : `read_json(${quoteText(file)}, format = 'newline_delimited', filename = '__file'${options})`
  const scan = { type, files: [file] }
  const described = await database
    .rows(`DESCRIBE SELECT * FROM ${call(', sample_size = -1, maximum_depth = 2')}`)
    .catch((cause: unknown) => {
      throw unreadable(cause, scan)
    })
  const columns = new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])]))
  columns.delete('__file')
  if (type === 'parquet') return { ...scan, sql: call(''), columns }
  // Text that looks like a date is text: it must be the same token as in a request.
  const types = [...columns].map(([name, inferred]) => [name, plainType(inferred)] as const)
  const declared = types.map(([name, plain]) => `${quoteText(name)}: '${plain}'`).join(', ')
  return { ...scan, sql: call(`, columns = {${declared}}`), columns: new Map(types) }
}

const sameColumns = (a: Scan, b: Scan): boolean =>
  a.type === b.type && [...a.columns.keys()].join('\0') === [...b.columns.keys()].join('\0')

/** What is read of a type: integers, numbers, booleans, text, and lists of them; everything else as its text. */
function plainType(type: string): string {
  if (type.endsWith('[]')) return `${plainType(type.slice(0, -2))}[]`
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/.test(type)) return 'BIGINT'
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) return 'DOUBLE'
  return type === 'BOOLEAN' ? 'BOOLEAN' : 'VARCHAR'
}

function cellExpression(scan: Scan, name: string, format: FileFormat | undefined): string {
  const found = [...scan.columns.keys()].find((column) => column.toLowerCase() === name.toLowerCase())
  if (found === undefined) return 'NULL'
  const type = scan.columns.get(found) ?? 'VARCHAR'
  const cell = quoteName(found)
  const plain = plainType(type)
  if (plain === 'VARCHAR' && scan.type === 'csv') {
    // To look for blanks costs a third of cutting them off, and hardly a cell has some.
    const isBare = `strlen(${cell}) = length(${cell}) AND NOT contains(${cell}, ' ')`
    return `CASE WHEN ${isBare} THEN ${textExpression(cell, format)} ELSE ${textExpression(`trim(${cell})`, format)} END`
  }
  if (plain === 'VARCHAR') return textExpression(`CAST(${cell} AS VARCHAR)`, format)
  // A 32-bit 0.1 is the number 0.1 that a request would bring, not its 64-bit expansion.
  const exact = type.startsWith('FLOAT') ? `CAST(${cell} AS VARCHAR${type.endsWith('[]') ? '[]' : ''})` : cell
  return `CAST(${exact} AS ${plain})`
}

function textExpression(text: string, format: FileFormat | undefined): string {
  const markers = typeof format?.null === 'string' ? [format.null] : (format?.null ?? [])
  return `CASE WHEN ${text} IN (${['', ...markers].map(quoteText).join(', ')}) THEN NULL ELSE ${text} END`
}

function unreadable(cause: unknown, { files, type }: Pick<Scan, 'files' | 'type'>): unknown {
  if (!(cause instanceof WideDeepError) || cause.code !== statementFailed.code) return cause
  const reason = (cause.cause instanceof Error ? cause.cause.message : cause.message).split('\n').slice(0, 2).join(' ')
  return fileUnreadable({ path: files.slice(0, 3).join(', '), type, reason }, { cause })
}
