/** Summands of a logit that several architectures share. */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import type { ArchitectureInputs, DeepInputs } from './architecture.js'

const { add, matmul, slice } = operations

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

/** `x·w`: the logit of a last layer, without bias (the model has one). */
export function linearTerm(name: string, x: Tensor, builder: NetworkBuilder): Tensor {
  const weights = builder.parameter(name, [Number(x.shape[1]), 1], {
    part: 'deep',
    initializer: 'glorotUniform',
    isPenalized: true,
  })
  return matmul(x, weights)
}

/** The sum of all terms and the bias of the model. */
export function sumWithBias(terms: readonly Tensor[], { model }: ArchitectureInputs, builder: NetworkBuilder): Tensor {
  const bias = builder.parameter('bias', [1], { part: model.wide ? 'wide' : 'deep', initializer: 'zeros' })
  return terms.reduce((sum, term) => add(sum, term), bias)
}

/** The deep part's input without the sequences: `[batch, plainWidth]`. */
export const plainInput = ({ input, layout }: DeepInputs): Tensor =>
  layout.plainWidth === layout.width ? input : slice(input, 1, 0, layout.plainWidth)

/** The deep inputs of an architecture that declares `needsDeep`. */
export function deepOf({ deep, model }: ArchitectureInputs): DeepInputs & {
  readonly deep: NonNullable<typeof model.deep>
} {
  if (!deep || !model.deep) throw new Error('internal: resolveModel lets no such architecture pass without a deep part')
  return { ...deep, deep: model.deep }
}
