/** Writes two trained towers and the vectors of the items that they know. */
import { join } from 'node:path'
import { makeDirectory, writeLargeFile } from '../../base/index.js'
import type { TowerName } from '../../model/index.js'
import { towerDimension } from '../../model/index.js'
import { writeArray } from '../index-files.js'
import { writeHnsw } from './hnsw-index.js'
import { exactItems } from './nearest.js'

export const towerFolder = 'towers'
export const vectorsFile = 'items.f32'
export const hnswFile = 'items.usearch'
export const towerModel = (name: TowerName): string => `${name}.onnx`
export const towerTable = (name: string): string => `table-${encodeURIComponent(name)}.f32`

export interface TrainedTowers {
  /** Each tower as an ONNX graph with built-in weights. */
  readonly models: Readonly<Record<TowerName, Uint8Array>>
  /** Weights of every table by name, `rowCount × dimension`. */
  readonly tables: ReadonlyMap<string, Float32Array>
  /** A vector for each item of the log, in its order. */
  readonly itemVectors: Float32Array
}

/** Writes what `openRetrieval` reads into the directory of an index. */
export async function writeTowers(index: string, { models, tables, itemVectors }: TrainedTowers): Promise<void> {
  const directory = join(index, towerFolder)
  makeDirectory(directory)
  for (const name of ['user', 'item'] as const) writeLargeFile(join(directory, towerModel(name)), [models[name]])
  for (const [name, weights] of tables) writeArray(directory, towerTable(name), weights)
  writeArray(directory, vectorsFile, itemVectors)
  if (itemVectors.length > exactItems * towerDimension)
    await writeHnsw(join(directory, hnswFile), itemVectors, towerDimension)
}
