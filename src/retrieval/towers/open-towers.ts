/** Opens the two towers of a bundle: vectors that training left for the items it knew, the item tower for the others. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EncodedFeatures } from '../../features/index.js'
import { createOnnxRuntimeExecutor } from '../../graph/index.js'
import type { InputLayout, TowerName } from '../../model/index.js'
import { createInputStage, createTwoTowers, towerDimension } from '../../model/index.js'
import type { ShardedTable, TableMemories } from '../../tables/index.js'
import { createShardedTable, createTableMemories } from '../../tables/index.js'
import type { SourceContext } from '../candidate-source.js'
import { readFloat32 } from '../index-files.js'
import { openNearest } from './nearest.js'
import type { TowerIndex } from './tower-index.js'
import { hnswFile, towerFolder, towerModel, towerTable, vectorsFile } from './write-towers.js'

type TowerContext = Pick<SourceContext, 'config' | 'encoder' | 'items' | 'places'>

/** Opens what `writeTowers` wrote; `null` where there is nothing. */
export async function openTowers(index: string, context: TowerContext): Promise<TowerIndex | null> {
  const directory = join(index, towerFolder)
  if (!existsSync(join(directory, vectorsFile))) return null
  const user = await openTower(directory, 'user', context)
  const vectors = await itemVectors(directory, context)
  const file = join(directory, hnswFile)
  const nearest = await openNearest({ vectors, dimension: towerDimension, places: context.places, file })
  return {
    userVector: (row) => user.vectors(context.encoder.encodeFeatures([row])),
    itemVector: (item) => vectors.subarray(item * towerDimension, (item + 1) * towerDimension),
    nearest,
    close: () => user.close(),
  }
}

/** The vector of each item of the catalogue; the item tower runs for those that training did not know. */
async function itemVectors(directory: string, context: TowerContext): Promise<Float32Array> {
  const { items, places, encoder } = context
  const vectors = new Float32Array(items.length * towerDimension)
  const known = readFloat32(directory, vectorsFile)
  const isNew = new Uint8Array(items.length).fill(1)
  for (const [position, item] of places.entries()) {
    if (item < 0) continue
    vectors.set(known.subarray(position * towerDimension, (position + 1) * towerDimension), item * towerDimension)
    isNew[item] = 0
  }
  const cold = Array.from(items.keys()).filter((item) => isNew[item] === 1)
  if (cold.length === 0) return vectors
  const tower = await openTower(directory, 'item', context)
  const own = await tower.vectors(encoder.encodeFeatures(cold.map((item) => items[item]?.features ?? {})))
  for (const [at, item] of cold.entries())
    vectors.set(own.subarray(at * towerDimension, (at + 1) * towerDimension), item * towerDimension)
  await tower.close()
  return vectors
}

interface Tower {
  vectors(features: EncodedFeatures): Promise<Float32Array>
  close(): Promise<void>
}

async function openTower(directory: string, name: TowerName, { config, encoder }: TowerContext): Promise<Tower> {
  const { layout } = createTwoTowers(config, encoder.columns).tower(name)
  const memories = createTableMemories()
  const stage = createInputStage(memories.home, layout, readTables(directory, layout, memories))
  const model = readFileSync(join(directory, towerModel(name)))
  const compiled = await createOnnxRuntimeExecutor().compile(model, { threads: 1, spinning: false })
  return {
    vectors: async (features) => Float32Array.from((await compiled.run(stage.forward(features)))['vector']?.data ?? []),
    close: () => compiled.close(),
  }
}

function readTables(directory: string, { tables }: InputLayout, memories: TableMemories): Map<string, ShardedTable> {
  return new Map(
    tables.map(({ name, rowCount, dimension }) => {
      const table = createShardedTable(memories, { name, rowCount, dimension, optimizer: null })
      table.writeWeights(0, readFloat32(directory, towerTable(name)))
      return [name, table] as const
    }),
  )
}
