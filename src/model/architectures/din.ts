/**
 * Deep Interest Network (Zhou et al. 2018, §4): a list that shares its table with another column (the history and the item)
 * is weighed against that column's value: `v(A) = Σ_t a(e_t, e_A)·e_t`, where `a` is a small network over
 * `[e_t, e_A, e_t − e_A, e_t ∘ e_A]` and, as in the paper, the weights are not normalised. The rest is wide & deep.
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { SequencePart } from '../input-layout.js'
import type { NetworkBuilder } from '../network-builder.js'
import type { DeepInputs } from './architecture.js'
import { count, counts, defineArchitecture } from './architecture.js'
import { deepOf, linearTerm, plainInput, sumWithBias, wideTerms } from './terms.js'

const { concat, expandLike, multiply, relu, reshape, slice, subtract, sum } = operations

export const din = defineArchitecture({
  name: 'din',
  needsDeep: true,
  usesSequences: true,
  options: { length: count(50), attention: counts(36) },
  logit(inputs, builder, { attention }) {
    const deep = deepOf(inputs)
    const interests = deep.layout.sequences.map((sequence) => interest(sequence, deep, { attention, builder }))
    const input = interests.length === 0 ? plainInput(deep) : concat([plainInput(deep), ...interests], 1)
    const tower = linearTerm('deep/logit', builder.tower('deep', input, deep.deep), builder)
    return sumWithBias([...wideTerms(inputs, builder), tower], inputs, builder)
  },
})

/** The sequence as its target sees it: `[batch, d]`. */
function interest(
  { column, offset, length, dimension, maskOffset, targetOffset }: SequencePart,
  { input }: DeepInputs,
  { attention, builder }: { attention: readonly number[]; builder: NetworkBuilder },
): Tensor {
  const cells = slice(input, 1, offset, offset + length * dimension)
  const values = reshape(cells, ['batch', length, dimension])
  const mask = slice(input, 1, maskOffset, maskOffset + length)
  const target = reshape(slice(input, 1, targetOffset, targetOffset + dimension), ['batch', 1, dimension])
  const targets = expandLike(target, values)
  const pairs = concat([values, targets, subtract(values, targets), multiply(values, targets)], 2)
  const rows = reshape(pairs, ['batch·length', 4 * dimension])
  const hidden = attention.reduce(
    (x, width, layer) => relu(builder.dense(`attention/${column}/${String(layer)}`, x, width)),
    rows,
  )
  const scores = reshape(builder.dense(`attention/${column}/weight`, hidden, 1), ['batch', length])
  const weights = reshape(multiply(scores, mask), ['batch', length, 1])
  return sum(multiply(values, weights), [1])
}
