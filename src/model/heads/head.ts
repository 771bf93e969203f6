/** What logits mean: their loss, their score, the labels they are for. One head, one file, one line in `heads/index.ts`. */
import type { Config } from '../../features/index.js'
import type { Tensor } from '../../graph/index.js'

type Model = NonNullable<Config['model']>
export type LossKind = NonNullable<NonNullable<Model['loss']>['kind']>
export type HeadName = NonNullable<Model['head']>

/** The loss with every default filled in. */
export interface ResolvedLoss {
  readonly kind: LossKind
  readonly gamma: number
  readonly alpha: number | null
  readonly labelSmoothing: number
}

/** What the head of a model makes of its labels. */
export interface ResolvedOutput {
  /** Names of the classes, in the order of the logits; none for a head with one logit. */
  readonly labels: readonly string[]
  readonly logitWidth: number
  /** Numbers that the label of a row is made of. */
  readonly labelWidth: number
  readonly loss: ResolvedLoss
  /** Factors by class, in the order of `Head.classes`; `null` when all are 1. */
  readonly classWeights: readonly number[] | null
  /** The score is the prediction times these; `null` where nothing says what to rank by. */
  readonly rankWeights: readonly number[] | null
}

export interface Head {
  readonly name: string
  /** What early stopping and comparisons watch when the config does not say. */
  readonly defaultMetric: string
  /** Kinds of loss that it has, the default first. */
  readonly lossKinds: readonly LossKind[]
  /** Whether a row of label 0 with another item is a negative. */
  readonly takesNegatives: boolean
  logitWidth(labels: readonly string[]): number
  labelWidth(labels: readonly string[]): number
  /** What class weights are given for; empty where there are no classes. */
  classes(labels: readonly string[]): readonly string[]
  /** The factor on the weight of a row; absent where classes are weighed within the loss, or not at all. */
  rowWeight?(label: number, classWeights: readonly number[]): number
  /** What makes one number of a prediction to rank by. */
  rankWeights(labels: readonly string[], positiveLabel: string | null): readonly number[] | null
  /** Loss of each example, `[batch, 1]`, from `[batch, logitWidth]` and `[batch, labelWidth]`. */
  loss(logit: Tensor, label: Tensor, output: ResolvedOutput): Tensor
  /** What metrics are computed of, `[batch, logitWidth]`, and the number we sort by, `[batch, 1]`; one tensor where they agree. */
  predict(logit: Tensor, output: ResolvedOutput): { readonly prediction: Tensor; readonly score: Tensor }
  /** From one number of a prediction to its logit, and from all logits of a row back: what models are averaged over. */
  readonly link: { toLogit(value: number): number; fromLogits(logits: readonly number[]): readonly number[] }
}
