/**
 * DeepFM (Guo et al. 2017, §2): the wide part's first-order weights, a factorization machine over the embeddings that the
 * deep part uses too, and the tower: `z = ⟨w, x⟩ + Σ_{i<j} ⟨v_i, v_j⟩ + w_deepᵀ a^(lf) + b`.
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import { defineArchitecture } from './architecture.js'
import { fieldVectors } from './fields.js'
import { deepOf, linearTerm, plainInput, sumWithBias, wideTerms } from './terms.js'

const { multiply, square, subtract, sum } = operations

export const deepFm = defineArchitecture({
  name: 'deepfm',
  needsDeep: true,
  logit(inputs, builder) {
    const deep = deepOf(inputs)
    const pairs = pairwise(fieldVectors(inputs, builder))
    const tower = linearTerm('deep/logit', builder.tower('deep', plainInput(deep), deep.deep), builder)
    return sumWithBias([...wideTerms(inputs, builder), pairs, tower], inputs, builder)
  },
})

/** `Σ_{i<j} ⟨v_i, v_j⟩ = ½ Σ_k ((Σ_i v_ik)² − Σ_i v_ik²)` (Rendle 2010, eq. 5): linear in the fields. `[batch, 1]`. */
export function pairwise(fields: Tensor): Tensor {
  const squareOfSum = square(sum(fields, [1]))
  const sumOfSquares = sum(square(fields), [1])
  return multiply(sum(subtract(squareOfSum, sumOfSquares), [1], true), fields.graph.constant(0.5))
}
