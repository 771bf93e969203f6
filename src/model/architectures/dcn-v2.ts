/**
 * DCN-V2 (Wang et al. 2021, §3): `x_{l+1} = x_0 ⊙ (W_l x_l + b_l) + x_l`, with `W_l = U_l V_lᵀ` when a rank is given (§4.1);
 * beside the tower (`parallel`) or below it (`stacked`).
 */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import type { ArchitectureOption } from './architecture.js'
import { count, defineArchitecture, oneOf } from './architecture.js'
import { deepOf, linearTerm, plainInput, sumWithBias, wideTerms } from './terms.js'

const { add, concat, matmul, multiply } = operations

const rankOption: ArchitectureOption<number | null> = { ...count(1), default: null }

export const dcnV2 = defineArchitecture({
  name: 'dcn-v2',
  needsDeep: true,
  options: { layers: count(3), rank: rankOption, structure: oneOf('parallel', 'stacked') },
  logit(inputs, builder, { layers, rank, structure }) {
    const deep = deepOf(inputs)
    const x0 = plainInput(deep)
    let x = x0
    for (let layer = 0; layer < layers; layer++)
      x = add(multiply(x0, projection(`cross/${String(layer)}`, x, { rank, builder })), x)
    const tower = (input: Tensor): Tensor => builder.tower('deep', input, deep.deep)
    const end = structure === 'stacked' ? tower(x) : concat([x, tower(x0)], 1)
    return sumWithBias([...wideTerms(inputs, builder), linearTerm('deep/logit', end, builder)], inputs, builder)
  },
})

/** `W x + b`, of full rank or through `rank` dimensions. */
function projection(
  name: string,
  x: Tensor,
  { rank, builder }: { rank: number | null; builder: NetworkBuilder },
): Tensor {
  const width = Number(x.shape[1])
  if (rank === null) return builder.dense(name, x, width)
  const narrow = builder.parameter(`${name}/narrow`, [width, rank], {
    part: 'deep',
    initializer: 'glorotUniform',
    isPenalized: true,
  })
  return builder.dense(name, matmul(x, narrow), width)
}
