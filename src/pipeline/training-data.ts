/** The batches that a trainer eats: the training split shuffled, with sampled negatives where the config asks for them. */
import { createBatches, createNegativeSampler, readCatalogue } from '../data/index.js'
import type { NegativeSampler, PreparedData } from '../data/index.js'
import type { Config } from '../features/index.js'
import { createEncoder, featureGroups } from '../features/index.js'
import type { ModelParts, TrainingData } from '../training/index.js'
import { classWeigher } from './class-weights.js'

/** Opens the training split of prepared data for a trainer. */
export async function openTrainingData(
  config: Config,
  { model, spec }: ModelParts,
  data: PreparedData,
): Promise<TrainingData> {
  const train = data.split('train')
  const { batchSize, seed } = spec
  const sampler = await negativeSampler(config, data, seed)
  const weigh = classWeigher(model)
  return {
    rowCount: train.rowCount,
    async *batches(epoch, firstBatch) {
      for await (const batch of createBatches(train, { batchSize, seed, epoch, shuffle: true, firstBatch }))
        yield weigh(sampler ? sampler(batch, epoch) : batch)
    },
  }
}

async function negativeSampler(config: Config, data: PreparedData, seed: number): Promise<NegativeSampler | null> {
  const declaration = config.data.negatives
  if (!declaration) return null
  const { items } = await readCatalogue(data.directory)
  return createNegativeSampler({
    declaration,
    encoder: createEncoder(config, data.featureState),
    items,
    itemFeatures: new Set(Object.keys(featureGroups(config).item ?? {})),
    keys: await data.split('train').keys(),
    seed,
  })
}
