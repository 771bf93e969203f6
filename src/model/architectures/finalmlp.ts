/**
 * FinalMLP (Mao et al. 2023, §3): two towers over differently gated inputs, joined by a bilinear fusion in `heads` chunks:
 * `z = b + w_1ᵀo_1 + w_2ᵀo_2 + Σ_h o_1hᵀ W_h o_2h`. A stream's gate is `2σ(g)` with one learned number for each input: what
 * the paper's gating network comes to when no feature is set apart to steer it.
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import { count, counts, defineArchitecture, oneOf } from './architecture.js'
import { deepOf, linearTerm, plainInput, sumWithBias, wideTerms } from './terms.js'

const { matmul, multiply, sigmoid, slice, sum } = operations

export const finalMlp = defineArchitecture({
  name: 'finalmlp',
  needsDeep: true,
  options: { secondHidden: counts(400), heads: count(1), gates: oneOf('learned', 'none') },
  logit(inputs, builder, { secondHidden, heads, gates }) {
    const deep = deepOf(inputs)
    const input = plainInput(deep)
    const stream = (name: string, hidden: readonly number[]): Tensor => {
      const gated = gates === 'none' ? input : gate(`${name}/gate`, input, builder)
      return builder.tower(name, gated, { ...deep.deep, hidden })
    }
    const first = stream('deep', deep.deep.hidden)
    const second = stream('second', secondHidden)
    const terms = [
      ...wideTerms(inputs, builder),
      linearTerm('deep/logit', first, builder),
      linearTerm('second/logit', second, builder),
      ...bilinearTerms({ first, second }, heads, builder),
    ]
    return sumWithBias(terms, inputs, builder)
  },
})

function gate(name: string, x: Tensor, builder: NetworkBuilder): Tensor {
  const weights = builder.parameter(name, [Number(x.shape[1])], { part: 'deep', initializer: 'zeros' })
  return multiply(x, multiply(sigmoid(weights), x.graph.constant(2)))
}

/** Chunk by chunk; the last one takes what does not divide evenly. */
function bilinearTerms(
  { first, second }: { first: Tensor; second: Tensor },
  heads: number,
  builder: NetworkBuilder,
): Tensor[] {
  const range = (x: Tensor, head: number): { start: number; end: number } => {
    const width = Number(x.shape[1])
    const size = Math.floor(width / heads)
    return { start: head * size, end: head === heads - 1 ? width : (head + 1) * size }
  }
  return Array.from({ length: heads }, (_, head) => {
    const a = range(first, head)
    const b = range(second, head)
    const weights = builder.parameter(`fusion/${String(head)}`, [a.end - a.start, b.end - b.start], {
      part: 'deep',
      initializer: 'glorotUniform',
      isPenalized: true,
    })
    const projected = matmul(slice(first, 1, a.start, a.end), weights)
    return sum(multiply(projected, slice(second, 1, b.start, b.end)), [1], true)
  })
}
