/**
 * Negatives: in each epoch every positive row of a batch is joined by rows with the same user and context and another item,
 * a pure function of seed, epoch and row. A row's `offset` is the log odds that a sampling other than uniform puts in:
 * with it the logit means the same whatever the sampling (the logQ correction, Bengio and Senécal 2008).
 */
import type { Encoder, EncodedFeatures, JaggedIds } from '../features/index.js'
import type { Batch } from './batches.js'
import { gatherJagged, gatherNumbers } from './kernels/gather.js'
import { createNegativeDraws } from './negative-draws.js'
import type { DrawInput } from './negative-draws.js'

export interface NegativeSamplerInput extends DrawInput {
  readonly encoder: Encoder
  /** Names of the features that belong to the item. */
  readonly itemFeatures: ReadonlySet<string>
}

export type SampledBatch = Batch & { readonly offsets: Float32Array }
export type NegativeSampler = (batch: Batch, epoch: number) => SampledBatch

/** Prepares sampling for the training split. */
export function createNegativeSampler(input: NegativeSamplerInput): NegativeSampler {
  const { encoder, items, itemFeatures } = input
  const draws = createNegativeDraws(input)
  const catalogue = encoder.encodeFeatures(items.map(({ features }) => features))
  return (batch, epoch) => {
    const { sources, drawn } = draws.draw(batch, epoch)
    const features = withNegatives(batch, { sources, drawn, catalogue, itemFeatures, encoder })
    const kept = batch.rowCount
    const labels = gatherNumbers(batch.labels, 1, sources)
    const weights = gatherNumbers(batch.weights, 1, sources)
    const offsets = new Float32Array(sources.length)
    labels.fill(0, kept)
    for (let row = 0; row < sources.length; row++) {
      const item = drawn[row] ?? -1
      if (row >= kept && item < 0) weights[row] = 0
      offsets[row] = draws.offset(row < kept ? draws.itemOf(batch.rows[row] ?? 0) : item)
    }
    return { ...features, labels, weights, offsets, firstRow: batch.firstRow * draws.mostRows, rows: batch.rows }
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
      const jagged = batch.ids[name]
      if (!jagged) throw new Error('internal: the batch lacks the ids of a declared feature')
      const own = gatherJagged(jagged, sources)
      ids[name] = isItem ? replaceIds(own, catalogue.ids[name], drawn) : own
    } else {
      const own = gatherNumbers(batch.numbers[name] ?? new Float32Array(0), shape.width, sources)
      if (isItem) replaceNumbers(own, catalogue.numbers[name], { drawn, width: shape.width })
      numbers[name] = own
    }
  }
  return encoder.withCrosses({ rowCount: sources.length, ids, numbers })
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
  const length = own.ids.length + catalogue.ids.length
  const ids = new Int32Array(length)
  ids.set(own.ids)
  ids.set(catalogue.ids, own.ids.length)
  const weights = own.weights && new Float32Array(length)
  weights?.set(own.weights ?? [])
  weights?.set(catalogue.weights ?? [], own.ids.length)
  const tail = (catalogue.offsets ?? new Int32Array(1)).subarray(1).map((offset) => offset + shift)
  const offsets = new Int32Array(own.offsets.length + tail.length)
  offsets.set(own.offsets)
  offsets.set(tail, own.offsets.length)
  return gatherJagged(
    { ids, offsets, weights },
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
