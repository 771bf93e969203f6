/** Validation after each epoch: the model as it is on the validation split. */
import type { PreparedData } from '../data/index.js'
import { evaluatePointwise, listMetricDescriptions } from '../evaluation/index.js'
import type { ScoredRows } from '../evaluation/index.js'
import type { Config, EncodedFeatures } from '../features/index.js'
import { createEncoder } from '../features/index.js'
import type { EpochRecord, ModelParts, TrainerOptions } from '../training/index.js'
import { openCatalogueOf } from './catalogue.js'
import { evaluateRankedLists } from './ranked-lists.js'

/** Rows scored at once. */
export const rowsPerBlock = 8192

/** Predictions and labels of every row of a split, in order. */
export async function scoreSplit(
  dataset: ReturnType<PreparedData['split']>,
  predict: (features: EncodedFeatures) => Promise<Float32Array>,
): Promise<
  Required<Pick<ScoredRows, 'scores' | 'labels' | 'weights' | 'width' | 'labelWidth'>> & {
    readonly scores: Float32Array
  }
> {
  const { rowCount } = dataset
  let scores = new Float32Array(rowCount)
  let labels = new Float32Array(rowCount)
  const weights = new Float32Array(rowCount)
  for (let first = 0; first < rowCount; first += rowsPerBlock) {
    const block = await dataset.readBlock(first, Math.min(rowsPerBlock, rowCount - first))
    const place = { first, count: block.rowCount, rowCount }
    scores = placed(scores, await predict(block), place)
    labels = placed(labels, block.labels, place)
    weights.set(block.weights, first)
  }
  const widthOf = ({ length }: Float32Array): number => (rowCount > 0 ? length / rowCount : 1)
  return { scores, labels, weights, width: widthOf(scores), labelWidth: widthOf(labels) }
}

/** Writes a block's values into those of all rows; the first block says how many a row has. */
export function placed(
  all: Float32Array<ArrayBuffer>,
  own: Float32Array,
  { first, count, rowCount }: { first: number; count: number; rowCount: number },
): Float32Array<ArrayBuffer> {
  const width = own.length / count
  const target = all.length === rowCount * width ? all : new Float32Array(rowCount * width)
  target.set(own, first * width)
  return target
}

/** Users whose lists are ranked after each epoch: enough for a mean that is steady, few enough for a pause of seconds. */
const validationUsers = 1000

/** A metric of ranked lists such as `ndcg@10`; `null` for any other. */
export function listMetricOf(metric: string): { readonly k: number } | null {
  const [, name = '', k] = /^(\w+)@([1-9]\d*)$/.exec(metric) ?? []
  return name in listMetricDescriptions ? { k: Number(k) } : null
}

/**
 * The trainer's `validate` over a prepared validation split; no metrics without rows. Lists are ranked when early stopping
 * watches a metric of them.
 */
export async function validator(
  config: Config,
  { model, network, spec }: ModelParts,
  data: PreparedData,
): Promise<TrainerOptions['validate']> {
  const dataset = data.split('validation')
  const list = listMetricOf(spec.metric)
  const encoder = createEncoder(config, data.featureState)
  let score: Parameters<TrainerOptions['validate']>[0] = () => Promise.reject(new Error('internal: nothing is trained'))
  const lists =
    list && dataset.rowCount > 0
      ? await openCatalogueOf({ config, model, encoder, score: (features) => score(features) }, data.directory)
      : null
  return async (current) => {
    if (dataset.rowCount === 0) return {}
    score = async (features) => network.rankScores(await current(features))
    const pointwise = evaluatePointwise(model.head, await scoreSplit(dataset, current))
    const ranked =
      lists && list
        ? await evaluateRankedLists({
            catalogue: lists,
            data,
            split: 'validation',
            k: list.k,
            maximumUsers: validationUsers,
          })
        : {}
    const metrics: EpochRecord['metrics'] = { ...pointwise, ...ranked }
    // What early stopping watches comes first: views show the first ones.
    return { [spec.metric]: metrics[spec.metric] ?? null, ...metrics }
  }
}
