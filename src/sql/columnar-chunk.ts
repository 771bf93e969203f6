/** Columns of a few thousand rows as they come out of the database. */

export type FixedValues =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

export type ColumnValues =
  /** Numbers of fixed width; where `isNull` is 1 the number means nothing. `isNull` is `null` when no row is null. */
  | { readonly kind: 'fixed'; readonly values: FixedValues; readonly isNull: Uint8Array | null }
  /** Strings, booleans and whatever else has no typed array; `null` is null. */
  | { readonly kind: 'values'; readonly values: readonly (string | boolean | bigint | null)[] }
  /** Row `r` owns entries `offsets[r] … offsets[r + 1] - 1` of `child`; null lists have none and are marked. */
  | {
      readonly kind: 'lists'
      readonly offsets: Int32Array
      readonly child: ColumnValues
      readonly isNull: Uint8Array | null
    }

export interface ColumnarChunk {
  readonly rowCount: number
  readonly columns: Readonly<Record<string, ColumnValues>>
}

export type CellValue = string | number | boolean | null | readonly CellValue[]

/** One cell as a plain value; integers beyond 2^53 as decimal text, so that none is rounded. */
export function cellOf(column: ColumnValues, row: number): CellValue {
  if (column.kind === 'values') return plain(column.values[row] ?? null)
  if (column.isNull?.[row] === 1) return null
  if (column.kind === 'fixed') return plain(column.values[row] ?? null)
  const list: CellValue[] = []
  for (let at = column.offsets[row] ?? 0; at < (column.offsets[row + 1] ?? 0); at++) list.push(cellOf(column.child, at))
  return list
}

function plain(value: string | number | boolean | bigint | null): CellValue {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/** Number of a fixed column's row, or NaN where it is null. */
export function numberOf(column: ColumnValues | undefined, row: number): number {
  if (column?.kind !== 'fixed' || column.isNull?.[row] === 1) return NaN
  return Number(column.values[row] ?? NaN)
}
