/**
 * Sampled negatives: in each epoch every positive row of a batch is joined by rows with the same user and context and another
 * item, a pure function of seed, epoch and row. A row's `offset` is the log odds that a sampling other than uniform puts in:
 * with it the logit means the same whatever the sampling (the logQ correction, Bengio and Senécal 2008).
 */
import { randomKey, randomUniform } from '../base/index.js'
import type { Encoder, EncodedFeatures, JaggedIds } from '../features/index.js'
import type { NegativesDeclaration } from '../features/index.js'
import type { Batch } from './batches.js'
import type { CatalogueItem } from './catalogue.js'
import type { ExampleKeys } from './encoded-dataset.js'
import { gatherLists, gatherNumbers, gatherSingles } from './kernels/gather.js'

export interface NegativeSamplerInput {
  readonly declaration: NegativesDeclaration
  readonly encoder: Encoder
  readonly items: readonly CatalogueItem[]
  /** Names of the features that belong to the item. */
  readonly itemFeatures: ReadonlySet<string>
  /** User, item and label of each row of the training split. */
  readonly keys: ExampleKeys
  readonly seed: number
}

export type SampledBatch = Batch & { readonly offsets: Float32Array }
export type NegativeSampler = (batch: Batch, epoch: number) => SampledBatch

export const defaultPerPositive = 4
/** Mikolov et al. 2013: flatter than the counts themselves. */
const popularityPower = 0.75
/** Draws for one negative before it is given up: only a user who acted on nearly everything needs as many. */
const mostDraws = 64

/** Prepares sampling for the training split. */
export function createNegativeSampler(input: NegativeSamplerInput): NegativeSampler {
  const { declaration, encoder, items, itemFeatures } = input
  const perPositive = declaration.perPositive ?? defaultPerPositive
  const acts = actsOf(input)
  const distribution = distributionOf(declaration.sampling ?? 'uniform', items)
  const catalogue = encoder.encodeFeatures(items.map(({ features }) => features))
  const draw = drawer(input, { acts, distribution })
  return (batch, epoch) => {
    const positives = Uint32Array.from(batch.rows.keys()).filter((row) => (batch.labels[row] ?? 0) > 0)
    const { sources, drawn } = draw(batch, { positives, perPositive, epoch })
    const features = withNegatives(batch, { sources, drawn, catalogue, itemFeatures, encoder })
    const kept = batch.rowCount
    const labels = gatherNumbers(batch.labels, 1, sources)
    const weights = gatherNumbers(batch.weights, 1, sources)
    const offsets = new Float32Array(sources.length)
    labels.fill(0, kept)
    for (let row = 0; row < sources.length; row++) {
      const item = drawn[row] ?? -1
      if (row >= kept && item < 0) weights[row] = 0
      offsets[row] = distribution.offset(row < kept ? (acts.itemOfRow[batch.rows[row] ?? 0] ?? -1) : item)
    }
    const firstRow = batch.firstRow * (1 + perPositive)
    return { ...features, labels, weights, offsets, firstRow, rows: batch.rows }
  }
}

interface Acts {
  /** Index in the catalogue, −1 for a row without a known item. */
  readonly itemOfRow: Int32Array
  readonly userOfRow: readonly (string | null)[]
  /** Items that a user has a positive row for, by index. */
  readonly itemsOfUser: ReadonlyMap<string, ReadonlySet<number>>
}

function actsOf({ items, keys }: NegativeSamplerInput): Acts {
  const indexOf = new Map(items.map(({ key }, index) => [key, index]))
  const itemOfRow = Int32Array.from(keys.item ?? [], (item) => (item === null ? -1 : (indexOf.get(item) ?? -1)))
  const userOfRow = keys.user ?? []
  const itemsOfUser = new Map<string, Set<number>>()
  for (const [row, user] of userOfRow.entries()) {
    const item = itemOfRow[row] ?? -1
    if (user === null || item < 0 || (keys.label[row] ?? 0) <= 0) continue
    const own = itemsOfUser.get(user) ?? new Set()
    itemsOfUser.set(user, own.add(item))
  }
  return { itemOfRow, userOfRow, itemsOfUser }
}

interface Distribution {
  /** An item from a number in [0, 1); `batchItems` are those of the batch's positives. */
  draw(uniform: number, batchItems: Int32Array): number
  /** `−log(items · q)` of an item: 0 when sampling is uniform. */
  offset(item: number): number
}

const distributions: Readonly<
  Record<NonNullable<NegativesDeclaration['sampling']>, (items: readonly CatalogueItem[]) => Distribution>
> = {
  uniform: (items) => ({ draw: (uniform) => Math.floor(uniform * items.length), offset: () => 0 }),
  popularity: (items) => {
    const masses = Float64Array.from(items, ({ positives }) => positives ** popularityPower)
    const cumulative = cumulate(masses)
    return {
      draw: (uniform) => indexAt(cumulative, uniform * (cumulative.at(-1) ?? 0)),
      offset: (item) => logOdds(masses, cumulative, item),
    }
  },
  inBatch: (items) => {
    const masses = Float64Array.from(items, ({ positives }) => positives)
    const cumulative = cumulate(masses)
    return {
      draw: (uniform, batchItems) => batchItems[Math.floor(uniform * batchItems.length)] ?? -1,
      offset: (item) => logOdds(masses, cumulative, item),
    }
  },
}

const distributionOf = (
  sampling: NonNullable<NegativesDeclaration['sampling']>,
  items: readonly CatalogueItem[],
): Distribution => distributions[sampling](items)

function cumulate(masses: Float64Array): Float64Array {
  let sum = 0
  return masses.map((mass) => (sum += mass))
}

/** The first index whose cumulative mass exceeds a value. */
function indexAt(cumulative: Float64Array, value: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cumulative[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}

function logOdds(masses: Float64Array, cumulative: Float64Array, item: number): number {
  const share = (masses[item] ?? 0) / (cumulative.at(-1) ?? 1)
  return share > 0 ? -Math.log(masses.length * share) : 0
}

interface Draw {
  /** Rows of the batch that positives stand in. */
  readonly positives: Uint32Array
  readonly perPositive: number
  readonly epoch: number
}

/** Draws items for each positive: `sources` are rows of the batch, its own and then those repeated; `drawn` their items, −1 for none. */
function drawer(
  { seed }: Pick<NegativeSamplerInput, 'seed'>,
  { acts, distribution }: { acts: Acts; distribution: Distribution },
): (batch: Batch, draw: Draw) => { sources: Uint32Array; drawn: Int32Array } {
  return (batch, { positives, perPositive, epoch }) => {
    const key = randomKey(seed, 'negatives', epoch)
    const batchItems = Int32Array.from(positives, (row) => acts.itemOfRow[batch.rows[row] ?? 0] ?? -1)
    const sources = new Uint32Array(batch.rowCount + positives.length * perPositive)
    const drawn = new Int32Array(sources.length).fill(-1)
    for (let row = 0; row < batch.rowCount; row++) sources[row] = row
    let at = batch.rowCount
    for (const row of positives) {
      const own = batch.rows[row] ?? 0
      const acted = acts.itemsOfUser.get(acts.userOfRow[own] ?? '')
      for (let index = 0; index < perPositive; index++) {
        // Numbers of its own for each negative, whatever the others needed.
        const first = (own * perPositive + index) * mostDraws
        sources[at] = row
        for (let attempt = 0; attempt < mostDraws; attempt++) {
          const item = distribution.draw(randomUniform(key, first + attempt), batchItems)
          if (item < 0 || acted?.has(item) === true) continue
          drawn[at] = item
          break
        }
        at++
      }
    }
    return { sources, drawn }
  }
}

interface Replacement {
  readonly sources: Uint32Array
  readonly drawn: Int32Array
  readonly catalogue: EncodedFeatures
  readonly itemFeatures: ReadonlySet<string>
  readonly encoder: Encoder
}

/** The rows of a batch repeated, the item's columns of drawn rows taken from the catalogue, and the crosses made anew. */
function withNegatives(batch: Batch, replacement: Replacement): EncodedFeatures {
  const { sources, drawn, catalogue, itemFeatures, encoder } = replacement
  const ids: Record<string, JaggedIds> = {}
  const numbers: Record<string, Float32Array> = {}
  for (const [name, { shape }] of encoder.features) {
    const isItem = itemFeatures.has(name)
    if (shape.kind === 'ids') {
      const own = gatherIds(batch.ids[name], sources)
      ids[name] = isItem ? replaceIds(own, catalogue.ids[name], drawn) : own
    } else {
      const own = gatherNumbers(batch.numbers[name] ?? new Float32Array(0), shape.width, sources)
      if (isItem) replaceNumbers(own, catalogue.numbers[name], { drawn, width: shape.width })
      numbers[name] = own
    }
  }
  return encoder.withCrosses({ rowCount: sources.length, ids, numbers })
}

function gatherIds(jagged: JaggedIds | undefined, rows: Uint32Array): JaggedIds {
  if (!jagged) throw new Error('internal: the batch lacks the ids of a declared feature')
  const { ids, offsets } = jagged
  return offsets ? gatherLists(ids, offsets, rows) : { ids: gatherSingles(ids, rows), offsets: null, weights: null }
}

function replaceIds(own: JaggedIds, catalogue: JaggedIds | undefined, drawn: Int32Array): JaggedIds {
  if (!catalogue) return own
  if (!own.offsets) {
    for (let row = 0; row < drawn.length; row++) {
      const item = drawn[row] ?? -1
      if (item >= 0) own.ids[row] = catalogue.ids[item] ?? 0
    }
    return own
  }
  // Both lists one behind the other: row r is the batch's, rows + item the catalogue's.
  const rows = own.offsets.length - 1
  const shift = own.offsets[rows] ?? 0
  const all = new Int32Array(own.ids.length + catalogue.ids.length)
  all.set(own.ids)
  all.set(catalogue.ids, own.ids.length)
  const tail = (catalogue.offsets ?? new Int32Array(1)).subarray(1).map((offset) => offset + shift)
  const offsets = new Int32Array(own.offsets.length + tail.length)
  offsets.set(own.offsets)
  offsets.set(tail, own.offsets.length)
  return gatherLists(
    all,
    offsets,
    Uint32Array.from(drawn, (item, row) => (item < 0 ? row : rows + item)),
  )
}

function replaceNumbers(
  own: Float32Array,
  catalogue: Float32Array | undefined,
  { drawn, width }: { drawn: Int32Array; width: number },
): void {
  if (!catalogue) return
  for (let row = 0; row < drawn.length; row++) {
    const item = drawn[row] ?? -1
    if (item >= 0) own.set(catalogue.subarray(item * width, (item + 1) * width), row * width)
  }
}
