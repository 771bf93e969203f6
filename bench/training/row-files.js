/**
 * Rows as files that every side reads, raw little-endian arrays: `<column>.i32` (rows × length), `numbers.f32` (rows × numbers) and
 * `labels.f32`. Written by chunks, so that the size of a workload is no matter of memory.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const chunkRows = 16_384

/** Writes `count` rows: `fill(row, index)` sets `row.ids[column][…]`, `row.numbers[…]` and `row.label`. */
export function writeRows(directory, { columns, numberCount, count }, fill) {
  mkdirSync(directory, { recursive: true })
  const buffer = (name, width, Type) => ({
    width,
    file: openSync(join(directory, name), 'w'),
    data: new Type(chunkRows * width),
  })
  const idFiles = columns.map(({ name, length }) => buffer(`${name}.i32`, length, Int32Array))
  const [numbers, labels] = [buffer('numbers.f32', numberCount, Float32Array), buffer('labels.f32', 1, Float32Array)]
  const all = [...idFiles, numbers, labels]
  const row = { ids: [], numbers: numbers.data, label: 0 }
  for (let first = 0; first < count; first += chunkRows) {
    const rows = Math.min(chunkRows, count - first)
    for (let at = 0; at < rows; at++) {
      row.ids = idFiles.map(({ data, width }) => data.subarray(at * width, (at + 1) * width))
      row.numbers = numbers.data.subarray(at * numberCount, (at + 1) * numberCount)
      fill(row, first + at)
      labels.data[at] = row.label
    }
    for (const { file, data, width } of all) writeSync(file, data.subarray(0, rows * width))
  }
  for (const { file } of all) closeSync(file)
}

/** The ids of the first `count` rows of the training half, of a column with one id a row. */
export function readIds(directory, name, count) {
  const { buffer, byteOffset } = readFileSync(join(directory, 'train', `${name}.i32`))
  return new Int32Array(buffer, byteOffset, count)
}
