/**
 * AutoInt (Song et al. 2019, §4): multi-head self-attention over the field vectors, with residuals; the tower and the wide
 * part beside it make it the paper's AutoInt+. A head's attention is `softmax(⟨W_q e_m, W_k e_n⟩)`, its output `Σ α W_v e_n`.
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import { count, defineArchitecture } from './architecture.js'
import { fieldVectors } from './fields.js'
import { deepOf, linearTerm, plainInput, sumWithBias, wideTerms } from './terms.js'

const { add, matmul, relu, reshape, softmax, transpose } = operations

interface Attention {
  readonly heads: number
  /** Dimensions of a head. */
  readonly size: number
}

export const autoInt = defineArchitecture({
  name: 'autoint',
  needsDeep: true,
  options: { layers: count(2), heads: count(2), size: count(16) },
  logit(inputs, builder, { layers, heads, size }) {
    const deep = deepOf(inputs)
    let fields = fieldVectors(inputs, builder)
    for (let layer = 0; layer < layers; layer++)
      fields = attend(`attention/${String(layer)}`, fields, { heads, size }, builder)
    const flat = reshape(fields, ['batch', Number(fields.shape[1]) * Number(fields.shape[2])])
    const terms = [
      ...wideTerms(inputs, builder),
      linearTerm('attention/logit', flat, builder),
      linearTerm('deep/logit', builder.tower('deep', plainInput(deep), deep.deep), builder),
    ]
    return sumWithBias(terms, inputs, builder)
  },
})

/** One layer: `[batch, fields, in]` → `[batch, fields, heads × size]`. */
function attend(name: string, fields: Tensor, { heads, size }: Attention, builder: NetworkBuilder): Tensor {
  const [, fieldCount = 1, width = 1] = fields.shape.map(Number)
  const rows = reshape(fields, ['batch·fields', width])
  const project = (role: string): Tensor => {
    const weights = builder.parameter(`${name}/${role}`, [width, heads * size], {
      part: 'deep',
      initializer: 'glorotUniform',
      isPenalized: true,
    })
    return matmul(rows, weights)
  }
  const split = (x: Tensor): Tensor => transpose(reshape(x, ['batch', fieldCount, heads, size]), [0, 2, 1, 3])
  const scores = matmul(split(project('query')), split(project('key')), { transposeB: true })
  const mixed = transpose(matmul(softmax(scores), split(project('value'))), [0, 2, 1, 3])
  const joined = reshape(mixed, ['batch', fieldCount, heads * size])
  return relu(add(joined, reshape(project('residual'), ['batch', fieldCount, heads * size])))
}
