/** Summands of a logit that several architectures share. */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import { requireLogits } from '../logit-width.js'
import type { NetworkBuilder } from '../network-builder.js'
import type { ArchitectureInputs, DeepInputs } from './architecture.js'

const { add, matmul, slice } = operations

/** What the sparse weights add up to, and the numeric features times their dense weights. */
export function wideTerms({ wideLogit, wideNumbers }: ArchitectureInputs, builder: NetworkBuilder): Tensor[] {
  const terms = wideLogit ? [wideLogit] : []
  if (!wideNumbers) return terms
  const width = Number(wideNumbers.shape[1])
  const weights = builder.parameter('wide/numbers', [width, builder.logitWidth], {
    part: 'wide',
    initializer: 'zeros',
    isPenalized: true,
  })
  return [...terms, matmul(wideNumbers, weights)]
}

/** `x·w`: the logit of a last layer, without bias (the model has one). */
export function linearTerm(name: string, x: Tensor, builder: NetworkBuilder): Tensor {
  const weights = builder.parameter(name, [Number(x.shape[1]), builder.logitWidth], {
    part: 'deep',
    initializer: 'glorotUniform',
    isPenalized: true,
  })
  return matmul(x, weights)
}

/** The sum of all terms and the bias of the model; every term has all the logits, so that none is added to each alike. */
export function sumWithBias(terms: readonly Tensor[], { model }: ArchitectureInputs, builder: NetworkBuilder): Tensor {
  for (const { shape } of terms) requireLogits(Number(shape[1]), model, builder.logitWidth)
  const bias = builder.parameter('bias', [builder.logitWidth], {
    part: model.wide ? 'wide' : 'deep',
    initializer: 'zeros',
  })
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
