/** What a logit means: its loss, its score. One head, one file, one line in `heads/index.ts`. */
import type { Tensor } from '../../graph/index.js'

export interface Head {
  readonly name: string
  /** Loss of each example, `[batch, 1]`, from the logit and the label of the same shape. */
  loss(logit: Tensor, label: Tensor): Tensor
  /** The number we sort by, `[batch, 1]`: a probability, a predicted value. */
  score(logit: Tensor): Tensor
  /** Why a label is outside the head's range, or `null`. */
  labelFault(label: number): string | null
}
