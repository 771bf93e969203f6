/** Encoded rows in typed arrays: loading them from the cache, and gathering batches out of them. */
import { gatherJagged, gatherNumbers } from './kernels/gather.js'
import type { EncodedBatch, EncodedColumn, Encoder, JaggedIds } from '../features/index.js'
import type { ColumnarChunk, Database, FixedValues } from '../sql/index.js'
import { quoteName, quoteText } from '../sql/index.js'
import { encodedNames, isWeighted, weightsName } from './encoded-names.js'
import type { GrowingNumbers } from './growing-numbers.js'
import { growingIds, growingWeights } from './growing-numbers.js'

/** A run of rows of the encoded cache. */
export interface RowRange {
  readonly first: number
  readonly count: number
}

/** A run of rows of one file. */
export interface FileRange extends RowRange {
  readonly path: string
}

/** Reads the rows of some ranges, one range after the other, and makes their crosses. */
export async function loadRows(
  database: Database,
  encoder: Pick<Encoder, 'columns' | 'crosses' | 'withCrosses'>,
  ranges: readonly FileRange[],
): Promise<EncodedBatch> {
  const columns = encoder.columns.filter(({ name }) => !encoder.crosses.has(name))
  const loader = createLoader(
    columns,
    ranges.reduce((sum, { count }) => sum + count, 0),
  )
  const names = ['label', 'weight', ...columns.flatMap(encodedNames)].map(quoteName).join(', ')
  for (const { path, first, count } of ranges) {
    const sql = `SELECT ${names} FROM read_parquet(${quoteText(path)}, file_row_number = true)
      WHERE file_row_number >= ${String(first)} AND file_row_number < ${String(first + count)}`
    for await (const chunk of database.chunks(sql)) loader.append(chunk)
  }
  const block = loader.finish()
  return { ...block, ...encoder.withCrosses(block) }
}

function createLoader(
  columns: readonly EncodedColumn[],
  rowCount: number,
): { append(chunk: ColumnarChunk): void; finish(): EncodedBatch } {
  let labels = new Float32Array(rowCount)
  const weights = new Float32Array(rowCount)
  const numbers = columns.flatMap(({ name, shape }) =>
    shape.kind === 'numbers' ? [{ name, width: shape.width, values: new Float32Array(rowCount * shape.width) }] : [],
  )
  const singles = columns.flatMap(({ name, shape }) =>
    shape.kind === 'ids' && !shape.isMultivalent ? [{ name, ids: new Int32Array(rowCount) }] : [],
  )
  const lists = columns.flatMap(({ name, shape }) =>
    shape.kind === 'ids' && shape.isMultivalent
      ? [{ name, ids: growingIds(), weights: weightsOf(shape), offsets: new Int32Array(rowCount + 1) }]
      : [],
  )
  let at = 0
  return {
    append({ columns: read, rowCount: count }) {
      const own = fixedValues(read['label'])
      const width = count > 0 ? own.length / count : 1
      if (labels.length !== rowCount * width) labels = new Float32Array(rowCount * width)
      labels.set(own, at * width)
      copyFixed(read['weight'], weights, at)
      for (const { name, ids } of singles) copyFixed(read[`i_${name}`], ids, at)
      for (const { name, width, values } of numbers) copyFixed(read[`n_${name}`], values, at * width)
      for (const { name, ids, weights, offsets } of lists) {
        appendLists(read[`i_${name}`], ids, { offsets, at, count })
        if (weights) appendValues(read[weightsName(name)], weights, count)
      }
      at += count
    },
    finish() {
      if (at !== rowCount) throw new Error(`internal: the encoded cache gave ${String(at)} rows of ${String(rowCount)}`)
      const ids: Record<string, JaggedIds> = {}
      for (const { name, ids: values } of singles) ids[name] = { ids: values, offsets: null, weights: null }
      for (const { name, ids: values, weights: own, offsets } of lists)
        ids[name] = { ids: values.view(), offsets, weights: own?.view() ?? null }
      return {
        rowCount,
        labels,
        weights,
        ids,
        numbers: Object.fromEntries(numbers.map(({ name, values }) => [name, values])),
      }
    },
  }
}

type Column = ColumnarChunk['columns'][string] | undefined

function copyFixed(column: Column, target: Int32Array | Float32Array, at: number): void {
  target.set(fixedValues(column), at)
}

function fixedValues(column: Column): Exclude<FixedValues, BigInt64Array | BigUint64Array> {
  if (column?.kind === 'lists') return fixedValues(column.child)
  if (column?.kind === 'values' && column.values.length === 0) return new Int32Array(0)
  if (column?.kind !== 'fixed' || column.values instanceof BigInt64Array || column.values instanceof BigUint64Array) {
    throw new Error('internal: the encoded cache must hold numbers of 32 bits')
  }
  return column.values
}

const weightsOf = (shape: EncodedColumn['shape']): GrowingNumbers<Float32Array> | null =>
  isWeighted(shape) ? growingWeights() : null

function appendLists(
  column: Column,
  ids: GrowingNumbers<Int32Array>,
  { offsets, at, count }: { offsets: Int32Array; at: number; count: number },
): void {
  const start = ids.length
  const own = appendValues(column, ids, count)
  for (let row = 1; row <= count; row++) offsets[at + row] = start + (own[row] ?? 0)
}

/** Appends the values of all lists; returns where the lists of the column begin. */
function appendValues(column: Column, target: GrowingNumbers<Int32Array | Float32Array>, count: number): Int32Array {
  if (column?.kind !== 'lists') throw new Error('internal: the encoded cache must hold lists')
  target.append(fixedValues(column.child).subarray(0, column.offsets[count] ?? 0))
  return column.offsets
}

/** Numbers that the label of a row is made of. */
const labelWidthOf = ({ labels, rowCount }: EncodedBatch): number => (rowCount > 0 ? labels.length / rowCount : 1)

/** Consecutive rows of a block; arrays are views of the block's wherever they can be. */
export function sliceRows(block: EncodedBatch, { first, count }: RowRange): EncodedBatch {
  const ids: Record<string, JaggedIds> = {}
  for (const [name, jagged] of Object.entries(block.ids)) ids[name] = sliceIds(jagged, { first, count })
  const labelWidth = labelWidthOf(block)
  const numbers: Record<string, Float32Array> = {}
  for (const [name, values] of Object.entries(block.numbers)) {
    const width = values.length / block.rowCount
    numbers[name] = values.subarray(first * width, (first + count) * width)
  }
  return {
    rowCount: count,
    ids,
    numbers,
    labels: block.labels.subarray(first * labelWidth, (first + count) * labelWidth),
    weights: block.weights.subarray(first, first + count),
  }
}

function sliceIds({ ids, offsets, weights }: JaggedIds, { first, count }: RowRange): JaggedIds {
  if (offsets === null) {
    const end = first + count
    return { ids: ids.subarray(first, end), offsets, weights: weights?.subarray(first, end) ?? null }
  }
  const start = offsets[first] ?? 0
  const own = new Int32Array(count + 1)
  for (let row = 0; row <= count; row++) own[row] = (offsets[first + row] ?? 0) - start
  const end = offsets[first + count]
  return { ids: ids.subarray(start, end), offsets: own, weights: weights?.subarray(start, end) ?? null }
}

/** Rows of a block in any order, as fresh arrays. */
export function gatherRows(block: EncodedBatch, rows: Uint32Array): EncodedBatch {
  const ids: Record<string, JaggedIds> = {}
  for (const [name, jagged] of Object.entries(block.ids)) ids[name] = gatherJagged(jagged, rows)
  const numbers: Record<string, Float32Array> = {}
  for (const [name, values] of Object.entries(block.numbers))
    numbers[name] = gatherNumbers(values, values.length / block.rowCount, rows)
  return {
    rowCount: rows.length,
    ids,
    numbers,
    labels: gatherNumbers(block.labels, labelWidthOf(block), rows),
    weights: gatherNumbers(block.weights, 1, rows),
  }
}
