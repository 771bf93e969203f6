/** Builds what a bundle retrieves with, after training and from the training split alone. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PreparedData } from '../../data/index.js'
import type { Config } from '../../features/index.js'
import { createEncoder } from '../../features/index.js'
import { hasTowers } from '../../model/index.js'
import { buildIndexes, indexFolder, needsTowers, writeTowers } from '../../retrieval/index.js'
import { readTrainingLog } from './read-log.js'
import { trainTowers } from './train-towers.js'

export interface RetrievalReport {
  /** Directory of the indexes. */
  readonly index: string
  readonly items: number
  readonly users: number
  readonly positives: number
  readonly seconds: number
}

export interface RetrievalBuild {
  readonly config: Config
  readonly data: PreparedData
  /** The run's directory: indexes go into its folder `retrieval`. */
  readonly directory: string
  readonly signal: AbortSignal | undefined
}

/** Writes the indexes of a config that names users and items; `null` where it does not, or where nobody liked anything. */
export async function buildRetrieval({
  config,
  data,
  directory,
  signal,
}: RetrievalBuild): Promise<RetrievalReport | null> {
  if (config.data.user === undefined || config.data.item === undefined) return null
  const startedAt = performance.now()
  const training = await readTrainingLog(config, data)
  const { log } = training
  if (log.items.length === 0) return null
  const index = join(directory, indexFolder)
  rmSync(index, { recursive: true, force: true })
  buildIndexes(log, index)
  if (needsTowers(config) && hasTowers(config)) {
    const encoder = createEncoder(config, data.featureState)
    await writeTowers(index, await trainTowers({ config, encoder, training, directory, signal }))
  }
  const seconds = (performance.now() - startedAt) / 1000
  return {
    index,
    items: log.itemKeys.length,
    users: log.histories.offsets.length - 1,
    positives: log.items.length,
    seconds,
  }
}
