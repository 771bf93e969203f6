/** Validation after each epoch: the model as it is on the validation split. */
import type { PreparedData } from '../data/index.js'
import { evaluatePointwise, listMetricDescriptions } from '../evaluation/index.js'
import type { Config, EncodedFeatures } from '../features/index.js'
import { createEncoder } from '../features/index.js'
import type { EpochRecord, ModelParts, TrainerOptions } from '../training/index.js'
import { openCatalogueOf } from './catalogue.js'
import { evaluateRankedLists } from './ranked-lists.js'

/** Rows scored at once. */
export const rowsPerBlock = 8192

/** Scores and labels of every row of a split, in order. */
export async function scoreSplit(
  dataset: ReturnType<PreparedData['split']>,
  score: (features: EncodedFeatures) => Promise<Float32Array>,
): Promise<{ scores: Float32Array; labels: Float32Array; weights: Float32Array }> {
  const scores = new Float32Array(dataset.rowCount)
  const labels = new Float32Array(dataset.rowCount)
  const weights = new Float32Array(dataset.rowCount)
  for (let first = 0; first < dataset.rowCount; first += rowsPerBlock) {
    const block = await dataset.readBlock(first, Math.min(rowsPerBlock, dataset.rowCount - first))
    scores.set(await score(block), first)
    labels.set(block.labels, first)
    weights.set(block.weights, first)
  }
  return { scores, labels, weights }
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
  { model, spec }: ModelParts,
  data: PreparedData,
): Promise<TrainerOptions['validate']> {
  const dataset = data.split('validation')
  const list = listMetricOf(spec.metric)
  const encoder = createEncoder(config, data.featureState)
  let score: Parameters<TrainerOptions['validate']>[0] = () => Promise.reject(new Error('internal: nothing is trained'))
  const lists =
    list && dataset.rowCount > 0
      ? await openCatalogueOf({ config, encoder, score: (features) => score(features) }, data.directory)
      : null
  return async (current) => {
    if (dataset.rowCount === 0) return {}
    score = current
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
