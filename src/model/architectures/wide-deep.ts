/**
 * Wide & Deep (Cheng et al. 2016, §3): `z = w_wideᵀ[x, φ(x)] + w_deepᵀ a^(lf) + b`.
 * Either part may be absent: then it is the linear model, or the deep one.
 */
import type { Tensor } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import type { ArchitectureInputs } from './architecture.js'
import { defineArchitecture } from './architecture.js'
import { linearTerm, plainInput, sumWithBias, wideTerms } from './terms.js'

export const wideDeep = defineArchitecture({
  name: 'wide-deep',
  logit: (inputs, builder) =>
    sumWithBias([...wideTerms(inputs, builder), ...deepTerms(inputs, builder)], inputs, builder),
})

function deepTerms({ model, deep }: ArchitectureInputs, builder: NetworkBuilder): Tensor[] {
  if (!deep || !model.deep) return []
  return [linearTerm('deep/logit', builder.tower('deep', plainInput(deep), model.deep), builder)]
}
