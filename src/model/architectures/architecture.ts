/** How a logit is made from the inputs: one architecture, one file over the graph, one line in `architectures/index.ts`. */
import type { Tensor } from '../../graph/index.js'
import type { DeepLayout } from '../input-layout.js'
import type { ResolvedModel } from '../model-spec.js'
import type { NetworkBuilder } from '../network-builder.js'

export interface ArchitectureInputs {
  readonly model: ResolvedModel
  /** `[batch, 1]`: what the sparse wide weights add up to. */
  readonly wideLogit: Tensor | null
  /** `[batch, numberWidth]`: numeric features of the wide part. */
  readonly wideNumbers: Tensor | null
  /** `[batch, layout.width]`: embeddings, indicators and numbers of the deep part. */
  readonly deep: { readonly input: Tensor; readonly layout: DeepLayout } | null
}

export interface Architecture {
  readonly name: string
  /** The logit, `[batch, 1]`. */
  logit(inputs: ArchitectureInputs, builder: NetworkBuilder): Tensor
}
