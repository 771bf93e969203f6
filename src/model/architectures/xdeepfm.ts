/**
 * xDeepFM (Lian et al. 2018, §3): a compressed interaction network over the field vectors,
 * `X^k_{h,*} = Σ_{i,j} W^{k,h}_{ij} (X^{k−1}_{i,*} ∘ X^0_{j,*})`, each layer summed over the embedding axis into the logit,
 * beside the wide part and the tower.
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import { counts, defineArchitecture } from './architecture.js'
import { fieldVectors } from './fields.js'
import { deepOf, linearTerm, plainInput, sumWithBias, wideTerms } from './terms.js'

const { concat, matmul, multiply, reshape, sum, transpose } = operations

export const xDeepFm = defineArchitecture({
  name: 'xdeepfm',
  needsDeep: true,
  options: { interactions: counts(16, 16) },
  logit(inputs, builder, { interactions }) {
    const deep = deepOf(inputs)
    const pooled = compressedInteractions(fieldVectors(inputs, builder), interactions, builder)
    const terms = [
      ...wideTerms(inputs, builder),
      linearTerm('interactions/logit', pooled, builder),
      linearTerm('deep/logit', builder.tower('deep', plainInput(deep), deep.deep), builder),
    ]
    return sumWithBias(terms, inputs, builder)
  },
})

/** `[batch, Σ sizes]`; the layers work on `[batch, d, fields]`, so that a layer is one matrix product. */
function compressedInteractions(fields: Tensor, sizes: readonly number[], builder: NetworkBuilder): Tensor {
  const [, fieldCount = 1, dimension = 1] = fields.shape.map(Number)
  const x0 = transpose(fields, [0, 2, 1])
  const right = reshape(x0, ['batch', dimension, 1, fieldCount])
  let x = x0
  const pooled = sizes.map((size, layer) => {
    const width = Number(x.shape[2])
    const products = multiply(reshape(x, ['batch', dimension, width, 1]), right)
    const weights = builder.parameter(`interactions/${String(layer)}`, [width * fieldCount, size], {
      part: 'deep',
      initializer: 'glorotUniform',
      isPenalized: true,
    })
    const rows = reshape(products, ['batch·d', width * fieldCount])
    x = reshape(matmul(rows, weights), ['batch', dimension, size])
    return sum(x, [1])
  })
  return concat(pooled, 1)
}
