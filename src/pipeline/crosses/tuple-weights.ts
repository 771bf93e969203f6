/** One damped step for the weight of each tuple of a candidate cross, on top of the model's logit. */
import type { TupleSums } from './kernels/tuple-sums.js'

export interface WeightOptions {
  /** Rows that a tuple needs. */
  readonly minCount: number
  /** Tuples less what main effects explain. */
  readonly freedom: number
  /** λ, where it is not to come from the data. */
  readonly damping?: number
}

/**
 * A bounded Newton step (docs/math.md 25): `sign(g) ln(1 + |g| / (h + λ))`, Newton's `g / (h + λ)` where that is small. The
 * logistic loss never curves by more than its own curvature per unit of the logit, so this step cannot overshoot where
 * Newton's would (rare positives have next to no curvature). NaN for tuples with fewer than `minCount` rows, and for all of them
 * where they scatter no more than chance.
 */
export function tupleWeights(sums: TupleSums, options: WeightOptions): Float64Array {
  const { gradients, curvatures, counts } = sums
  const { minCount, damping = dampingOf(sums, options) } = options
  if (damping === Infinity) return new Float64Array(gradients.length).fill(NaN)
  return gradients.map((gradient, tuple) => {
    if ((counts[tuple] ?? 0) < minCount) return NaN
    return Math.sign(gradient) * Math.log1p(Math.abs(gradient) / ((curvatures[tuple] ?? 0) + damping))
  })
}

/**
 * λ from the data: the reciprocal of the variance of true weights, by moments. Without an effect `Σ g² / h` is the number of degrees
 * of freedom in the mean; with weights of variance τ² it is greater by `τ² Σ h`. At least 1; infinite where the tuples scatter no
 * more than chance.
 */
export function dampingOf(sums: TupleSums, { minCount, freedom }: Pick<WeightOptions, 'minCount' | 'freedom'>): number {
  const { gradients, curvatures, counts } = sums
  let scatter = 0
  let total = 0
  for (let tuple = 0; tuple < counts.length; tuple++) {
    const curvature = curvatures[tuple] ?? 0
    if ((counts[tuple] ?? 0) < minCount || curvature <= 0) continue
    scatter += (gradients[tuple] ?? 0) ** 2 / curvature
    total += curvature
  }
  return scatter > freedom ? Math.max(1, total / (scatter - freedom)) : Infinity
}
