/**
 * Deep & Cross Network (Wang et al. 2017, §2.2): `x_{l+1} = x_0·(x_lᵀ w_l) + b_l + x_l` beside the tower; both ends together
 * make the logit.
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import { count, defineArchitecture } from './architecture.js'
import { deepOf, linearTerm, plainInput, sumWithBias, wideTerms } from './terms.js'

const { add, concat, matmul, multiply } = operations

export const dcn = defineArchitecture({
  name: 'dcn',
  needsDeep: true,
  options: { layers: count(3) },
  logit(inputs, builder, { layers }) {
    const deep = deepOf(inputs)
    const x0 = plainInput(deep)
    let x = x0
    for (let layer = 0; layer < layers; layer++) x = crossLayer(`cross/${String(layer)}`, { x0, x }, builder)
    const ends = concat([x, builder.tower('deep', x0, deep.deep)], 1)
    return sumWithBias([...wideTerms(inputs, builder), linearTerm('deep/logit', ends, builder)], inputs, builder)
  },
})

function crossLayer(name: string, { x0, x }: { x0: Tensor; x: Tensor }, builder: NetworkBuilder): Tensor {
  const width = Number(x0.shape[1])
  const weights = builder.parameter(`${name}/weights`, [width, 1], {
    part: 'deep',
    initializer: 'glorotUniform',
    isPenalized: true,
  })
  const bias = builder.parameter(`${name}/bias`, [width], { part: 'deep', initializer: 'zeros' })
  return add(add(multiply(x0, matmul(x, weights)), bias), x)
}
