/**
 * Ranks items for a user with a bundle: item features are encoded once, the user's and the context's once a request, and only
 * crosses between them for every candidate. The same encoder and the same scorer as everywhere else.
 */
import type { Encoder, EncodedFeatures, JaggedIds, RawValue } from '../features/index.js'

export type RawRow = Readonly<Record<string, RawValue>>

export interface RankerModel {
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

export interface RankedItems {
  /** Raw features of each item. */
  readonly items: readonly RawRow[]
  /** Names of the features that belong to the item. */
  readonly itemFeatures: ReadonlySet<string>
  /** What every row has that does not say otherwise, such as the position. */
  readonly constants?: RawRow
}

/** Prepares a catalogue for ranking. */
export function createRanker(model: RankerModel, { items, itemFeatures, constants = {} }: RankedItems): Ranker {
  const { encoder } = model
  const encodedItems = encoder.encodeFeatures(items)
  const encodeAll = (row: RawRow): EncodedFeatures =>
    encoder.withCrosses(joinFeatures(encoder.encodeFeatures([{ ...constants, ...row }]), encodedItems, itemFeatures))
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

/** One row's features beside each item's: item columns from the items, all others from the row. */
function joinFeatures(
  row: EncodedFeatures,
  items: EncodedFeatures,
  itemFeatures: ReadonlySet<string>,
): EncodedFeatures {
  const { rowCount } = items
  const ids: Record<string, JaggedIds> = {}
  const numbers: Record<string, Float32Array> = {}
  for (const [name, jagged] of Object.entries(row.ids)) {
    const own = items.ids[name]
    ids[name] = own && itemFeatures.has(name) ? own : repeatIds(jagged, rowCount)
  }
  for (const [name, values] of Object.entries(row.numbers)) {
    const own = items.numbers[name]
    numbers[name] = own && itemFeatures.has(name) ? own : repeatNumbers(values, rowCount)
  }
  return { rowCount, ids, numbers }
}

function repeatIds({ ids, offsets, weights }: JaggedIds, count: number): JaggedIds {
  const length = ids.length
  const repeated = new Int32Array(length * count)
  for (let i = 0; i < count; i++) repeated.set(ids, i * length)
  return {
    ids: repeated,
    offsets: offsets ? Int32Array.from({ length: count + 1 }, (_, index) => index * length) : null,
    weights: weights ? repeatNumbers(weights, count) : null,
  }
}

function repeatNumbers(values: Float32Array, count: number): Float32Array {
  const repeated = new Float32Array(values.length * count)
  for (let i = 0; i < count; i++) repeated.set(values, i * values.length)
  return repeated
}
