/** Our engine through its doors: a model over rows in memory, ids as they are. */
import { categorical, list, numeric } from '../../dist/features/index.js'
import { chooseExecutor } from '../../dist/graph/index.js'
import { createNetwork, layoutInputs, resolveModel } from '../../dist/model/index.js'
import { createModelState, createStepProfile, createTrainingStep, resolveTraining } from '../../dist/training/index.js'

/**
 * Opens the model of a workload; throws the reason where what its settings ask for cannot be had. `rows`, here and below: `ids` by column, `numbers`,
 * `labels`, each one array. The step is fitted to the first batch of `sample`, as the trainer fits it to the first of its data.
 */
export async function openEngine(workload, sample) {
  const { batchSize } = workload
  const parts = partsOf(workload)
  await requireExecutor(parts)
  const state = createModelState(parts)
  const batchOf = batcher(workload)
  const training = await createTrainingStep(
    parts,
    state,
    createStepProfile(() => performance.now()),
    sample && batchOf(sample, 0, batchSize),
  )
  let taken = 0
  let ending = null
  return {
    layout: parts.layout,
    state,
    /** Begins to train on the batch that begins at row `first`, as the trainer does; resolves when another may be begun. */
    async step(rows, first, epoch = 0) {
      const position = { epoch, step: taken++, stepCount: 1e9, learningRateScale: 1 }
      ending = (await training.begin(batchOf(rows, first, batchSize), position)).loss
    },
    /** Resolves when every step that was begun has ended. */
    async settle() {
      await ending
    },
    /** The probabilities of the first `count` rows. */
    async predict(rows, count) {
      const scores = new Float32Array(count)
      for (let first = 0; first < count; first += batchSize)
        scores.set(await training.predict(batchOf(rows, first, Math.min(batchSize, count - first))), first)
      return scores
    },
    close: () => training.close(),
  }
}

function partsOf(workload) {
  const config = configOf(workload)
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, encodedColumns(workload))
  const spec = resolveTraining(config, model, () => true)
  return { model, layout, network: createNetwork(model, layout), spec }
}

/** What is asked for and cannot be had is no measurement of it. */
async function requireExecutor({ network, spec }) {
  const request = { ...spec.executor, threads: spec.threadsOfPart }
  const { isFallback, reason } = await chooseExecutor(request, network.trainingOutputs())
  if (isFallback) throw new Error(reason)
}

function configOf({ batchSize, columns, numberCount, model, lossReduction, threads, settings }) {
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
const encodedColumns = ({ columns, numberCount }) => [
  ...columns.map(({ name, rowCount, length }) => ({
    name,
    shape: { kind: 'ids', idCount: rowCount, isMultivalent: length > 1, combiner: 'mean' },
  })),
  ...(numberCount > 0 ? [{ name: 'numbers', shape: { kind: 'numbers', width: numberCount } }] : []),
]

/** `batchOf(rows, first, rowCount)` without copying a row. */
function batcher({ batchSize, columns, numberCount }) {
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
