/** Training of the two towers, by the trainer that trains every model: positives of the training split, batch softmax. */
import { rmSync } from 'node:fs'
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
import { historyOf } from './read-log.js'
import type { TrainingLog } from './read-log.js'

/** Rows of a batch: each is a negative of all others. */
const batchSize = 512
/** Few, and no early stopping: from some five epochs on small data was learned by heart, and recall fell. */
const epochs = 4

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
  const { seed = 1, threads } = config.training ?? {}
  const spec = resolveTraining(
    {
      ...config,
      model: { wide: false, deep: { optimizer: { name: 'adam', learningRate: 0.002 } } },
      training: { batchSize, epochs, seed, lossReduction: 'mean', ...(threads === undefined ? {} : { threads }) },
    },
    towers.model,
    () => true,
  )
  // A row's loss needs the whole batch: it is one part, with all threads within its products.
  const parts = { ...towers, spec: { ...spec, workers: 1, threadsOfPart: spec.threads } }
  const state = createModelState(parts)
  // Seconds of work: an interrupted training of towers begins anew.
  const checkpoints = join(directory, 'tower-checkpoints')
  rmSync(checkpoints, { recursive: true, force: true })
  await trainModel(parts, state, {
    data: positiveBatches({ ...training, rows: withColumns(training.rows, towers.model.deep?.columns ?? []) }, seed),
    validate: () => Promise.resolve({}),
    checkpoints: openCheckpoints(checkpoints),
    profile: createStepProfile(() => performance.now()),
    now: Date.now,
    onEvent: () => undefined,
    signal: signal ?? new AbortController().signal,
  })
  rmSync(checkpoints, { recursive: true, force: true })
  return finished(towers, { parts, state, encoder, training })
}

/** Rows without what no tower reads: crosses have more ids than all features together. */
function withColumns(rows: EncodedBatch, columns: readonly string[]): EncodedBatch {
  const own = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => columns.includes(name)))
  return { ...rows, ids: own(rows.ids), numbers: own(rows.numbers) }
}

/** Batches of positives with the negatives of each row and, as its offset, −log of how often its item is drawn. */
function positiveBatches(training: TrainingLog, seed: number): TrainerOptions['data'] {
  const { log, rows, users } = training
  const offsets = drawOffsets(log.items, log.itemKeys.length)
  return {
    rowCount: rows.rowCount,
    async *batches(epoch, firstBatch) {
      const order = permutation(rows.rowCount, randomKey(seed, 'towers', epoch))
      for (let firstRow = firstBatch * batchSize; firstRow < order.length; firstRow += batchSize) {
        const places = order.subarray(firstRow, firstRow + batchSize)
        const items = Int32Array.from(places, (row) => log.items[row] ?? 0)
        const own = Array.from(places, (row) => historyOf(log.histories, users[row] ?? -1))
        yield {
          ...gatherRows(rows, places),
          labels: batchNegatives(items, own),
          weights: new Float32Array(items.length).fill(1),
          offsets: Float32Array.from(items, (item) => offsets[item] ?? 0),
          firstRow,
        }
      }
    },
  }
}

/** For each row and each row of its batch 1 where that one's item is a negative: another item, which the row's user did not act on. */
export function batchNegatives(items: Int32Array, histories: readonly Int32Array[]): Float32Array {
  const count = items.length
  const negatives = new Float32Array(count * count).fill(1)
  const rowsOf = new Map<number, number[]>()
  for (const [row, item] of items.entries()) rowsOf.set(item, [...(rowsOf.get(item) ?? []), row])
  for (const [row, item] of items.entries()) {
    for (const other of [item, ...(histories[row] ?? [])])
      for (const column of rowsOf.get(other) ?? []) negatives[row * count + column] = 0
  }
  return negatives
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
  const stage = createInputStage(state.memories.home, item.layout, state.tables)
  const itemVectors = new Float32Array(training.items.length * towerDimension)
  for (let first = 0; first < training.items.length; first += batchSize) {
    const features = encoder.encodeFeatures(training.items.slice(first, first + batchSize))
    itemVectors.set((await compiled.run(stage.forward(features)))['vector']?.data ?? [], first * towerDimension)
  }
  await compiled.close()
  const tables = new Map([...state.tables].map(([name, table]) => [name, table.readWeights(0, table.rowCount)]))
  return { models, tables, itemVectors }
}
