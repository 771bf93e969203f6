/** Files of an index: JSON, and bare little-endian arrays whose length the file itself tells. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory, readFloats, writeLargeFile } from '../base/index.js'

/** Some lists, one after the other: list `i` owns entries `offsets[i] … offsets[i + 1] - 1`, best first. */
export interface ScoredLists {
  readonly offsets: Int32Array
  readonly items: Int32Array
  readonly scores: Float32Array
}

export function writeJson(directory: string, name: string, value: unknown): void {
  makeDirectory(directory)
  writeLargeFile(join(directory, name), [Buffer.from(`${JSON.stringify(value)}\n`)])
}

export const readJson = <T>(directory: string, name: string): T =>
  JSON.parse(readFileSync(join(directory, name), 'utf8')) as T

/** Writes an array; the name ends in its type: `.i32`, `.f32` or `.f64`. */
export function writeArray(directory: string, name: string, values: ArrayBufferView): void {
  makeDirectory(directory)
  writeLargeFile(join(directory, name), [values])
}

export const readFloat32 = (directory: string, name: string): Float32Array => readFloats(join(directory, name))

export function readInt32(directory: string, name: string): Int32Array {
  const { buffer, byteOffset, length } = readFloat32(directory, name)
  return new Int32Array(buffer, byteOffset, length)
}

export function readFloat64(directory: string, name: string): Float64Array {
  const { buffer, byteOffset, length } = readFloat32(directory, name)
  return new Float64Array(buffer, byteOffset, length / 2)
}

export function writeLists(directory: string, name: string, { offsets, items, scores }: ScoredLists): void {
  writeArray(directory, `${name}-offsets.i32`, offsets)
  writeArray(directory, `${name}-items.i32`, items)
  writeArray(directory, `${name}-scores.f32`, scores)
}

export const readLists = (directory: string, name: string): ScoredLists => ({
  offsets: readInt32(directory, `${name}-offsets.i32`),
  items: readInt32(directory, `${name}-items.i32`),
  scores: readFloat32(directory, `${name}-scores.f32`),
})
