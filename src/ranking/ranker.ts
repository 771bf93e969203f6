/**
 * Ranks a whole catalogue for a user with a model as one graph: what evaluation does, also with a model that is no bundle yet. The
 * same encoder and the same scorer as everywhere else; item features are encoded once.
 */
import type { Config, EncodedFeatures, Encoder } from '../features/index.js'
import type { RawRow } from '../features/index.js'
import { createCandidateEncoder } from './candidate-encoder.js'
import { createGivenPairs } from './pair-values.js'

export interface RankerModel {
  readonly config: Pick<Config, 'data' | 'features'>
  readonly encoder: Encoder
  score(features: EncodedFeatures): Promise<Float32Array>
  /** Without it the scores are what to sort by. */
  scoreRanked?(features: EncodedFeatures): Promise<RankedScores>
}

/** A score for every item, and what to sort items by: not the scores where calibration gives two items one score. */
export interface RankedScores {
  readonly scores: Float32Array
  readonly order: Float32Array
}

export interface Ranker {
  readonly itemCount: number
  /** A score for every item, by item index; `row` has the user's and the context's features. */
  scoreAll(row: RawRow): Promise<Float32Array>
  /** The same with what to sort by. */
  rankAll(row: RawRow): Promise<RankedScores>
}

/** Prepares a catalogue for ranking: raw features of each item. */
export function createRanker(model: RankerModel, items: readonly RawRow[]): Ranker {
  const candidates = createCandidateEncoder(model.config, model.encoder)
  const encodedItems = candidates.items(items)
  const givenPairs = createGivenPairs(model.config)
  const encodeAll = (row: RawRow): EncodedFeatures =>
    candidates.whole(candidates.request(row), encodedItems, givenPairs(row, items.length))
  return {
    itemCount: items.length,
    scoreAll: (row) => model.score(encodeAll(row)),
    async rankAll(row) {
      const features = encodeAll(row)
      if (model.scoreRanked) return model.scoreRanked(features)
      const scores = await model.score(features)
      return { scores, order: scores }
    },
  }
}
