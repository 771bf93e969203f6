/**
 * Wide & Deep (Cheng et al. 2016, §3): `z = w_wideᵀ[x, φ(x)] + w_deepᵀ a^(lf) + b`.
 * Either part may be absent: then it is the linear model, or the deep one.
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import type { Architecture, ArchitectureInputs } from './architecture.js'

const { add, matmul } = operations

export const wideDeep: Architecture = {
  name: 'wide-deep',
  logit(inputs, builder) {
    const terms = [...wideTerms(inputs, builder), ...deepTerms(inputs, builder)]
    const bias = builder.parameter('bias', [1], { part: inputs.model.wide ? 'wide' : 'deep', initializer: 'zeros' })
    return terms.reduce(add, bias)
  },
}

/** What the sparse weights add up to, and the numeric features times their dense weights. */
export function wideTerms({ wideLogit, wideNumbers }: ArchitectureInputs, builder: NetworkBuilder): Tensor[] {
  const terms = wideLogit ? [wideLogit] : []
  if (!wideNumbers) return terms
  const width = Number(wideNumbers.shape[1])
  const weights = builder.parameter('wide/numbers', [width, 1], {
    part: 'wide',
    initializer: 'zeros',
    isPenalized: true,
  })
  return [...terms, matmul(wideNumbers, weights)]
}

function deepTerms({ model, deep }: ArchitectureInputs, builder: NetworkBuilder): Tensor[] {
  if (!deep || !model.deep) return []
  const last = builder.tower('deep', deep.input, model.deep)
  const width = Number(last.shape[1])
  const weights = builder.parameter('deep/logit', [width, 1], {
    part: 'deep',
    initializer: 'glorotUniform',
    isPenalized: true,
  })
  return [matmul(last, weights)]
}
