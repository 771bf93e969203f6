/** Our own side: the public engine over rows in memory, ids as they are. Takes what obey.js says. */
import { categorical, list, numeric } from '../../../dist/features/index.js'
import { chooseExecutor } from '../../../dist/graph/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../../../dist/model/index.js'
import {
  createModelState,
  createStepProfile,
  createTrainingStep,
  resolveTraining,
} from '../../../dist/training/index.js'
import { obey, readRows, task } from './obey.js'

const { batchSize, columns, numberCount, examples, heldOut, model, lossReduction, threads, settings } = task

function configOf() {
  const features = Object.fromEntries(
    columns.map(({ name, rowCount, length }) => {
      const one = categorical({ values: rowCount })
      return [name, length > 1 ? list(one) : one]
    }),
  )
  if (numberCount > 0) features.numbers = numeric()
  const { columns: used, ...wide } = model.wide
  const inWide = columns.filter(({ isCross }) => used === 'all' || isCross).map(({ name }) => name)
  const inDeep = columns.filter(({ isCross }) => !isCross).map(({ name }) => name)
  return {
    data: {},
    features,
    model: {
      wide: { ...wide, features: inWide },
      deep: { ...model.deep, features: numberCount > 0 ? [...inDeep, 'numbers'] : inDeep },
    },
    training: { batchSize, lossReduction, threads, ...settings },
  }
}

/** Ids of the files are rows of the tables: nothing is kept for missing and unknown values. */
const encodedColumns = () => [
  ...columns.map(({ name, rowCount, length }) => ({
    name,
    shape: { kind: 'ids', idCount: rowCount, isMultivalent: length > 1, combiner: 'mean' },
  })),
  ...(numberCount > 0 ? [{ name: 'numbers', shape: { kind: 'numbers', width: numberCount } }] : []),
]

/** `batchOf(rows, first, rowCount)` without copying a row. */
function batcher() {
  const offsets = new Map(
    columns
      .filter(({ length }) => length > 1)
      .map(({ name, length }) => [name, Int32Array.from({ length: batchSize + 1 }, (_, row) => row * length)]),
  )
  const weights = new Float32Array(batchSize).fill(1)
  return ({ ids, numbers, labels }, first, rowCount) => {
    const idsOf = ({ name, length }) => ({
      ids: ids[name].subarray(first * length, (first + rowCount) * length),
      offsets: offsets.get(name)?.subarray(0, rowCount + 1) ?? null,
      weights: null,
    })
    return {
      rowCount,
      ids: Object.fromEntries(columns.map((column) => [column.name, idsOf(column)])),
      numbers:
        numberCount > 0 ? { numbers: numbers.subarray(first * numberCount, (first + rowCount) * numberCount) } : {},
      labels: labels.subarray(first, first + rowCount),
      weights: weights.subarray(0, rowCount),
      firstRow: first,
    }
  }
}

const config = configOf()
const resolved = resolveModel(config)
const layout = layoutInputs(resolved, config, encodedColumns())
const spec = resolveTraining(config, resolved, () => true)
const parts = { model: resolved, layout, network: createNetwork(resolved, layout), spec }
// What is asked for and cannot be had is no measurement of it.
const request = { ...spec.executor, threads: spec.threadsOfPart }
const { isFallback, reason } = await chooseExecutor(request, parts.network.trainingOutputs())
if (isFallback) {
  console.error(reason)
  process.exit(1)
}
const profile = createStepProfile(() => performance.now())
const training = await createTrainingStep(parts, createModelState(parts), profile)
const [rows, judged] = [readRows('train'), readRows('held-out')]
const batchOf = batcher()
let taken = 0
await obey({
  async step(first) {
    const epoch = Math.floor((taken * batchSize) / examples)
    await training.run(batchOf(rows, first, batchSize), { epoch, step: taken++, stepCount: 1e9, learningRateScale: 1 })
  },
  async predict() {
    const scores = new Float32Array(heldOut)
    for (let first = 0; first < heldOut; first += batchSize)
      scores.set(await training.predict(batchOf(judged, first, Math.min(batchSize, heldOut - first))), first)
    return scores
  },
})
await training.close()
