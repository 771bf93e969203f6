/** Training of the two towers, by the trainer that trains every model: positives of the training split, batch softmax. */
import { join } from 'node:path'
import { permutation, randomKey } from '../../base/index.js'
import { gatherRows } from '../../data/index.js'
import type { Config, EncodedBatch, Encoder } from '../../features/index.js'
import { createOnnxRuntimeExecutor } from '../../graph/index.js'
import type { TwoTowers } from '../../model/index.js'
import { createInputStage, createTwoTowers, towerDimension } from '../../model/index.js'
import type { TrainedTowers } from '../../retrieval/index.js'
import {
  createModelState,
  createStepProfile,
  inferenceConstants,
  openCheckpoints,
  resolveTraining,
  trainModel,
} from '../../training/index.js'
import type { ModelParts, ModelState, TrainerOptions } from '../../training/index.js'
import type { TrainingLog } from './read-log.js'

/** Rows of a batch: each is a negative of all others. */
const batchSize = 512
const epochs = 10

export interface TowerTraining {
  readonly config: Config
  readonly encoder: Encoder
  readonly training: TrainingLog
  /** Where checkpoints go. */
  readonly directory: string
  readonly signal: AbortSignal | undefined
}

/** Trains the towers of a config and computes the vector of every item. */
export async function trainTowers({
  config,
  encoder,
  training,
  directory,
  signal,
}: TowerTraining): Promise<TrainedTowers> {
  const towers = createTwoTowers(config, encoder.columns)
  const spec = resolveTraining(
    {
      ...config,
      model: { wide: false, deep: { optimizer: { name: 'adam', learningRate: 0.002 } } },
      training: { batchSize, epochs, seed: config.training?.seed ?? 1, lossReduction: 'mean', metric: 'logLoss' },
    },
    towers.model,
    () => false,
  )
  const parts = { ...towers, spec }
  const state = createModelState(parts)
  const checkpoints = openCheckpoints(join(directory, 'tower-checkpoints'))
  await trainModel(parts, state, {
    data: positiveBatches(training, parts),
    validate: () => Promise.resolve({}),
    checkpoints,
    profile: createStepProfile(() => performance.now()),
    now: Date.now,
    onEvent: () => undefined,
    signal: signal ?? new AbortController().signal,
  })
  return finished(towers, { parts, state, encoder, training })
}

/** Batches of positives with the number of each row's item and, as its offset, −log of how often it is drawn. */
function positiveBatches({ log, rows }: TrainingLog, { spec }: ModelParts): TrainerOptions['data'] {
  const labels = Float32Array.from(log.items)
  const offsets = drawOffsets(log.items, log.itemKeys.length)
  const all: EncodedBatch = { ...rows, labels, weights: new Float32Array(rows.rowCount).fill(1) }
  return {
    rowCount: rows.rowCount,
     
    async *batches(epoch, firstBatch) {
      const order = permutation(rows.rowCount, randomKey(spec.seed, 'towers', epoch))
      for (let firstRow = firstBatch * batchSize; firstRow < order.length; firstRow += batchSize) {
        const batch = gatherRows(all, order.subarray(firstRow, firstRow + batchSize))
        yield { ...batch, firstRow, offsets: batch.labels.map((item) => offsets[item] ?? 0) }
      }
    },
  }
}

/** `−log q` of each item, `q` its share of the positives: what a batch's softmax is corrected by (Yi et al. 2019, eq. 3). */
export function drawOffsets(items: Int32Array, itemCount: number): Float32Array {
  const counts = new Float32Array(itemCount)
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1
  return counts.map((count) => (count > 0 ? -Math.log(count / items.length) : 0))
}

interface Trained {
  readonly parts: ModelParts
  readonly state: ModelState
  readonly encoder: Encoder
  readonly training: TrainingLog
}

async function finished(towers: TwoTowers, { parts, state, encoder, training }: Trained): Promise<TrainedTowers> {
  const constants = inferenceConstants(state, parts.network)
  const item = towers.tower('item')
  const models = { user: towers.tower('user').model(constants), item: item.model(constants) }
  const compiled = await createOnnxRuntimeExecutor().compile(models.item)
  const stage = createInputStage(state.memory, item.layout, state.tables)
  const itemVectors = new Float32Array(training.items.length * towerDimension)
  for (let first = 0; first < training.items.length; first += batchSize) {
    const features = encoder.encodeFeatures(training.items.slice(first, first + batchSize))
    itemVectors.set((await compiled.run(stage.forward(features)))['vector']?.data ?? [], first * towerDimension)
  }
  await compiled.close()
  const tables = new Map([...state.tables].map(([name, table]) => [name, table.readWeights(0, table.rowCount)]))
  return { models, tables, itemVectors }
}
