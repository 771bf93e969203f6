/** A table that is larger than one memory, from the first step to a bundle that scores: about 6 GB of memory and of disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { collectGarbage } from '../base/index.js'
import { categorical, createEncoder } from '../features/index.js'
import type { Config } from '../features/index.js'
import { createNetwork, layoutInputs, openBundle, resolveModel, writeBundle } from '../model/index.js'
import { openCheckpoints } from './checkpoint.js'
import { createModelState, inferenceConstants } from './model-state.js'
import type { ModelParts, ModelState } from './model-state.js'
import { createStepProfile } from './step-profile.js'
import { initialProgress } from './training-progress.js'
import { requireMemory, trainingMemory } from './training-memory.js'
import { resolveTraining } from './training-spec.js'
import { createTrainingStep } from './training-step.js'

/** 16 bytes a row, its weight padded or beside its state: 4.3 GB. */
const hashBuckets = 270_000_000
const config: Config = {
  data: {},
  features: { user: categorical({ hashBuckets }), item: categorical({ values: 50 }) },
  model: { wide: { optimizer: { name: 'adagrad', learningRate: 0.1 } }, deep: false },
  training: { threads: 2, batchSize: 512 },
}
const nothing = { json: {}, arrays: {} }
const featureState = { columns: { user: nothing, item: nothing }, crosses: {} }
const encoder = createEncoder(config, featureState)
const rows = Array.from({ length: 512 }, (_, row) => ({ user: `u${String(row % 400)}`, item: row % 50 }))
const batch = {
  ...encoder.encode(rows),
  labels: Float32Array.from(rows, (_, row) => row % 2),
  weights: new Float32Array(rows.length).fill(1),
  firstRow: 0,
}
const home = mkdtempSync(join(tmpdir(), 'widedeep-large-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

function modelParts(): ModelParts {
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, encoder.columns)
  const spec = resolveTraining(config, model, () => true)
  return { model, layout, network: createNetwork(model, layout), spec }
}

/** The weights of the users of the batch. */
const usersOf = (state: ModelState): number[] =>
  Array.from(batch.ids['user']?.ids ?? [], (id) => state.tables.get('wide/user')?.readWeights(id, 1)[0] ?? NaN)

/** Trains, goes back to the checkpoint in the middle and trains again; leaves a bundle and returns its predictions. */
async function trained(directory: string): Promise<Float32Array> {
  const parts = modelParts()
  requireMemory(trainingMemory(parts), process.availableMemory())
  const state = createModelState(parts)
  expect(state.tables.get('wide/user')?.shards.length).toBe(2)
  const profile = createStepProfile(() => 0)
  const checkpoints = openCheckpoints(join(home, 'checkpoints'))
  const step = await createTrainingStep(parts, state, profile)
  const steps = async (first: number, end: number): Promise<void> => {
    for (let index = first; index < end; index++)
      await step.run(batch, { epoch: 0, step: index, stepCount: 6, learningRateScale: 1 })
  }
  await steps(0, 3)
  const name = await checkpoints.save(state, { ...initialProgress, step: 3 })
  await steps(3, 6)
  const users = usersOf(state)
  expect(users.every((weight) => weight !== 0)).toBe(true)
  await checkpoints.restore(name, state)
  expect(usersOf(state)).not.toEqual(users)
  await steps(3, 6)
  expect(usersOf(state)).toEqual(users)
  const predictions = await step.predict(batch)
  await step.close()
  await writeBundle(directory, {
    config,
    featureState,
    onnx: parts.network.inferenceModel(inferenceConstants(state, parts.network)),
    tables: parts.layout.tables.flatMap((spec) => {
      const table = state.tables.get(spec.name)
      return table ? [{ spec, readWeights: (first: number, count: number) => table.readWeights(first, count) }] : []
    }),
    golden: [],
    calibration: null,
    trainingState: null,
    catalogue: [],
    retrieval: null,
  })
  return predictions
}

it('trains, is checkpointed and resumed, is written and scores', async () => {
  const directory = join(home, 'bundle')
  const predictions = await trained(directory)
  collectGarbage()
  const bundle = await openBundle(directory)
  expect(bundle.sharedTables().memories.length).toBe(3)
  const scores = await bundle.score(batch)
  for (const [row, score] of scores.entries()) expect(score).toBeCloseTo(predictions[row] ?? NaN, 5)
  await bundle.close()
}, 1_800_000)
