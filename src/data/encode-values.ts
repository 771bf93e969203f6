/**
 * The rule of preparation: the one encoder sees each distinct value once, and the database brings what it said to the rows: by the
 * place of an enumeration's text, or by a join, which costs ten times as much. (Passing every value of a log through JavaScript costs 157 ns a value.)
 */
import type { ColumnEncoder, EncodedColumn, RawValue } from '../features/index.js'
import type { ColumnarChunk, Database, InsertedColumn } from '../sql/index.js'
import { numberOf } from '../sql/index.js'
import { isWeighted } from './encoded-names.js'
import { isEnumerated, readableCell } from './enumerated-cells.js'
import { growingIds, growingWeights } from './growing-numbers.js'
import { rawAt } from './statistics.js'

type EncodedShape = EncodedColumn['shape']

/** The id that columns give to missing values; a value that is there and yet gets it does not read as its column's kind. */
const missingId = 0

export interface ValueTable {
  /** Table of distinct values: `value`, with `weights` beside it where the encoder reads them. */
  readonly values: string
  /** Its columns with what rows hold. */
  readonly held: readonly string[]
  /**
   * Table to make: the columns `held`, `code` (an id, a list of ids, a number or a list of numbers), and `code_weights` where there are weights. Of
   * codes that rows find by the place of their text it is one row with `codes`.
   */
  readonly target: string
}

/** Cells that do not read: how many, and the keys of the first few distinct ones in the table of values. */
export interface BadCells {
  count: number
  readonly keys: number[]
}

/** Encodes the distinct values of a column; returns those that do not read, and whether rows find a code by its place. */
export async function encodeValues(
  database: Database,
  encoder: ColumnEncoder,
  { values, held, target }: ValueTable,
): Promise<{ bad: BadCells; isPlaced: boolean }> {
  const { shape } = encoder
  const codes = `${target}_codes`
  const given = isWeighted(shape) ? ['value', 'weights'] : ['value']
  const cells = await Promise.all(given.map((name) => readableCell(database, values, name)))
  const select = cells.map((cell, index) => `${cell} AS ${given[index] ?? ''}`)
  await database.run(`CREATE TABLE ${codes} (k INTEGER, ${codeTypes(shape).join(', ')})`)
  const bad: BadCells = { count: 0, keys: [] }
  for await (const { columns, rowCount } of database.chunks(
    `SELECT rowid AS k, ${select.join(', ')}, CAST(n AS DOUBLE) AS n FROM ${values}`,
  )) {
    const keys = Int32Array.from({ length: rowCount }, (_, row) => numberOf(columns['k'], row))
    const encode = shape.kind === 'numbers' ? encodeNumbers : shape.isMultivalent ? encodeLists : encodeSingles
    const { inserted, isBad } = encode(encoder, columns, rowCount)
    await database.insert(codes, rowCount, [keys, ...inserted])
    for (let row = 0; row < rowCount; row++) {
      if (isBad[row] !== 1) continue
      bad.count += numberOf(columns['n'], row)
      if (bad.keys.length < 3) bad.keys.push(keys[row] ?? 0)
    }
  }
  const coded = [...held.map((name) => `v.${name} AS ${name}`), ...codeColumns(shape)]
  const query = `SELECT ${coded.join(', ')} FROM ${values} AS v JOIN ${codes} AS c ON v.rowid = c.k`
  const isPlaced = isSingle(shape) && (await isEnumerated(database, values))
  await database.run(`CREATE TABLE ${target} AS ${isPlaced ? placedSql(query) : query}; DROP TABLE ${codes}`)
  return { bad, isPlaced }
}

/** Whether a value becomes one id or number: lists in a list would be copied for each chunk of rows. */
const isSingle = (shape: EncodedShape): boolean => (shape.kind === 'ids' ? !shape.isMultivalent : shape.width === 1)

/** The place of an enumeration's text in its `codes`, from 1, which is that of a missing one. */
export const placeSql = (cell: string): string => `coalesce(CAST(enum_code(${cell}) AS INTEGER) + 2, 1)`

/** One row with the codes of an enumeration's texts; places of texts that no row has are empty. */
function placedSql(coded: string): string {
  return `WITH coded AS (SELECT ${placeSql('value')} AS place, code FROM (${coded}))
    SELECT list(code ORDER BY place) AS codes
    FROM (SELECT unnest(range(1, (SELECT coalesce(max(place), 0) FROM coded) + 1)) AS place) LEFT JOIN coded USING (place)`
}

function codeTypes(shape: EncodedShape): string[] {
  if (shape.kind === 'numbers') return numberColumns(shape.width).map((name) => `${name} FLOAT`)
  if (!shape.isMultivalent) return ['code INTEGER']
  return ['code INTEGER[]', ...(shape.isWeighted ? ['code_weights FLOAT[]'] : [])]
}

function codeColumns(shape: EncodedShape): string[] {
  if (shape.kind === 'ids') return shape.isWeighted ? ['code', 'code_weights'] : ['code']
  const names = numberColumns(shape.width)
  return [`${names.length > 1 ? `[${names.join(', ')}]` : 'x0'} AS code`]
}

const numberColumns = (width: number): string[] => Array.from({ length: width }, (_, index) => `x${String(index)}`)

interface EncodedValues {
  readonly inserted: readonly InsertedColumn[]
  readonly isBad: Uint8Array
}

type Columns = ColumnarChunk['columns']

function encodeSingles(encoder: ColumnEncoder, columns: Columns, rowCount: number): EncodedValues {
  const ids = new Int32Array(rowCount)
  const isBad = new Uint8Array(rowCount)
  const one: number[] = []
  for (let row = 0; row < rowCount; row++) {
    const raw = rawAt(columns['value'], row)
    one.length = 0
    encoder.appendIds?.(raw, one, [])
    ids[row] = one[0] ?? missingId
    if (ids[row] === missingId && isThere(raw)) isBad[row] = 1
  }
  return { inserted: [ids], isBad }
}

function encodeLists(encoder: ColumnEncoder, columns: Columns, rowCount: number): EncodedValues {
  const ids = growingIds()
  const weights = isWeighted(encoder.shape) ? growingWeights() : null
  const offsets = new Int32Array(rowCount + 1)
  const isBad = new Uint8Array(rowCount)
  const own: { ids: number[]; weights: number[] } = { ids: [], weights: [] }
  for (let row = 0; row < rowCount; row++) {
    own.ids.length = own.weights.length = 0
    const raw = rawAt(columns['value'], row)
    const rawWeights = rawAt(columns['weights'], row)
    encoder.appendIds?.(raw, own.ids, own.weights, rawWeights)
    ids.append(own.ids)
    weights?.append(own.weights)
    offsets[row + 1] = ids.length
    if (encoder.readsWeights?.(raw, rawWeights) === false) isBad[row] = 1
  }
  const lists = { offsets, values: ids.view() }
  return { inserted: weights ? [lists, { offsets, values: weights.view() }] : [lists], isBad }
}

function encodeNumbers(encoder: ColumnEncoder, columns: Columns, rowCount: number): EncodedValues {
  const width = encoder.shape.kind === 'numbers' ? encoder.shape.width : 0
  const inserted = numberColumns(width).map(() => new Float32Array(rowCount))
  const isBad = new Uint8Array(rowCount)
  const one = new Float32Array(width)
  for (let row = 0; row < rowCount; row++) {
    const raw = rawAt(columns['value'], row)
    encoder.writeNumbers?.(raw, one, 0)
    for (let index = 0; index < width; index++) (inserted[index] ?? one)[row] = one[index] ?? 0
    if (isThere(raw) && !Number.isFinite(Number(raw))) isBad[row] = 1
  }
  return { inserted, isBad }
}

const isThere = (raw: RawValue): boolean => raw !== null && raw !== undefined && raw !== '' && !Number.isNaN(raw)
