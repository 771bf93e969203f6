/** What the columns learn from: distinct values of the training split with their counts, never a row. */
import type { ColumnDeclaration, RawValue, Statistics } from '../features/index.js'
import type { ColumnarChunk, Database } from '../sql/index.js'
import { cellOf, numberOf, quoteText } from '../sql/index.js'
import { cellKinds, readableCell } from './enumerated-cells.js'
import type { FeatureCells } from './feature-cells.js'
import { numberSql } from './label.js'

/**
 * A table with the distinct values of one feature: `value`, `n` rows, `n_train` of them in the training split; `rowid` is its key,
 * and where asked for `last`, the last moment in training. Of a weighted list with the distinct pairs of `value` and `weights`; of lists that rows
 * hold by a key, with the distinct keys beside them.
 */
export async function distinctValues(
  database: Database,
  cells: FeatureCells,
  { table, hasLast }: { table: string; hasLast: boolean },
): Promise<void> {
  const held = cells.map(({ held: cell, column }) => `${cell} AS ${column}`).join(', ')
  const listed = cells.flatMap(({ column, name, list }) => (list ? [{ column, name, table: list.table }] : []))
  const last = hasLast ? ", max(__time) FILTER (WHERE __split = 'train') AS last" : ''
  const counted = `SELECT ${held}, count(*) AS n, count(*) FILTER (WHERE __split = 'train') AS n_train${last} FROM examples GROUP BY ALL`
  const items = listed.map(({ name }) => `, items_of_${name}.items AS ${name}`).join('')
  const joins = listed.map(
    ({ column, name, table: lists }) => `LEFT JOIN ${lists} AS items_of_${name} ON items_of_${name}.key = ${column}`,
  )
  await database.run(
    `CREATE TABLE ${table} AS SELECT counted.*${items} FROM (${counted}) AS counted ${joins.join(' ')}`,
  )
}

/** Statistics of a table of distinct values, of the kind that a column asked for. */
export async function statisticsOf(
  database: Database,
  declaration: ColumnDeclaration,
  { table, learnsFrom }: { table: string; learnsFrom: Statistics['kind'] },
): Promise<Statistics> {
  if (learnsFrom === 'nothing') return { kind: 'nothing' }
  const elements = await elementsSql(database, declaration, { table })
  if (learnsFrom === 'tokens') return tokenStatistics(database, elements)
  const numbers = `SELECT ${numberSql('value')} AS number, sum(n) AS n FROM (${elements}) GROUP BY number`
  const missingCount = await count(database, `SELECT coalesce(sum(n), 0) AS n FROM (${numbers}) WHERE number IS NULL`)
  const valueCount = await count(database, `SELECT coalesce(sum(n), 0) AS n FROM (${numbers}) WHERE number IS NOT NULL`)
  return { kind: 'numbers', missingCount, valueCount, chunks: numberChunks(database, numbers) }
}

/** Statistics of a query of tokens with their counts: `value` and `n`, and `age` where it has one. */
export async function tokenStatistics(database: Database, tokens: string, hasAges = false): Promise<Statistics> {
  const missingCount = await count(database, `SELECT coalesce(sum(n), 0) AS n FROM (${tokens}) WHERE value IS NULL`)
  return { kind: 'tokens', missingCount, chunks: tokenChunks(database, tokens, hasAges) }
}

/** `value`, `n` (and `last`) of single values, or of the elements of lists as the encoder takes them apart. */
export async function elementsSql(
  database: Database,
  declaration: ColumnDeclaration,
  { table, hasLast = false }: { table: string; hasLast?: boolean },
): Promise<string> {
  const counted = hasLast ? 'n, last' : 'n'
  const cell = await readableCell(database, table, 'value')
  const trained = `SELECT ${cell} AS value, n_train AS ${counted} FROM ${table} WHERE n_train > 0`
  if (!declaration.inner) return trained
  const { separator, maximumLength } = declaration as { separator?: string; maximumLength?: number }
  const isList = (await cellKinds(database, table)).get('value')?.isList === true
  const list = isList ? 'value' : `string_split(CAST(value AS VARCHAR), ${quoteText(separator ?? '|')})`
  const last = maximumLength === undefined ? list : `list_slice(${list}, -${String(maximumLength)}, -1)`
  return `SELECT unnest(${last}) AS value, ${counted} FROM (${trained}) WHERE value IS NOT NULL`
}

async function count(database: Database, sql: string): Promise<number> {
  const [row] = await database.rows(sql)
  return Number(row?.['n'] ?? 0)
}

async function* tokenChunks(
  database: Database,
  elements: string,
  hasAges: boolean,
): AsyncGenerator<{ tokens: string[]; counts: Float64Array; ages?: Float64Array }> {
  const age = hasAges ? ', CAST(min(age) AS DOUBLE) AS age' : ''
  const sql = `SELECT value, CAST(sum(n) AS DOUBLE) AS n${age} FROM (${elements})
    WHERE value IS NOT NULL AND CAST(value AS VARCHAR) <> '' AND NOT (typeof(value) = 'DOUBLE' AND CAST(value AS VARCHAR) = 'nan') GROUP BY value ORDER BY n DESC, CAST(value AS VARCHAR)`
  for await (const { columns, rowCount } of database.chunks(sql)) {
    const tokens: string[] = []
    for (let row = 0; row < rowCount; row++) tokens.push(String(rawAt(columns['value'], row)))
    const counts = countsOf(columns, rowCount)
    yield hasAges ? { tokens, counts, ages: numbersOf(columns['age'], rowCount) } : { tokens, counts }
  }
}

async function* numberChunks(
  database: Database,
  numbers: string,
): AsyncGenerator<{ numbers: Float64Array; counts: Float64Array }> {
  const sql = `SELECT number, CAST(n AS DOUBLE) AS n FROM (${numbers}) WHERE number IS NOT NULL ORDER BY number`
  for await (const { columns, rowCount } of database.chunks(sql)) {
    const values = Float64Array.from({ length: rowCount }, (_, row) => numberOf(columns['number'], row))
    yield { numbers: values, counts: countsOf(columns, rowCount) }
  }
}

const countsOf = ({ n }: ColumnarChunk['columns'], rowCount: number): Float64Array => numbersOf(n, rowCount)

const numbersOf = (column: ColumnarChunk['columns'][string] | undefined, rowCount: number): Float64Array =>
  Float64Array.from({ length: rowCount }, (_, row) => numberOf(column, row))

/** A cell as the encoder takes it. */
export const rawAt = (column: ColumnarChunk['columns'][string] | undefined, row: number): RawValue =>
  column ? cellOf(column, row) : null
