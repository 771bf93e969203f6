/**
 * Numbers as the paper has them (§4.1): mapped to P(X ≤ x) in n_q quantiles, `(i − 1)/(n_q − 1)` in [0, 1] with
 * i = 1 + the number of boundaries below x. Boundaries are exact and kept with multiplicity, so that a value that fills many quantiles
 * (capital gain: 92 % zeros) keeps its place below all greater ones.
 */
import { isCount } from '../checks.js'
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { numbersDeclaration, wrongStatistics } from '../declaration-checks.js'
import { numberEncoder } from '../number-encoder.js'

export interface QuantileDeclaration extends ColumnDeclaration {
  readonly kind: 'quantile'
  /** n_q. Default 1,000. */
  readonly quantiles: number
}

export const quantileColumn: ColumnKind<QuantileDeclaration> = {
  kind: 'quantile',
  yields: 'numbers',
  reads: () => 'number',
  issues: numbersDeclaration({ quantiles: isCount(2, 1_000_000) }),
  learnsFrom: () => 'numbers',
  async learn({ quantiles }, statistics) {
    if (statistics.kind !== 'numbers') throw wrongStatistics('quantile', statistics)
    const boundaries = new Float64Array(quantiles - 1)
    let seen = 0
    let next = 0
    for await (const { numbers, counts } of statistics.chunks) {
      for (const [index, value] of numbers.entries()) {
        seen += counts[index] ?? 0
        // Boundary k is the smallest value v with P(X ≤ v) ≥ k / n_q.
        while (next < boundaries.length && seen * quantiles >= (next + 1) * statistics.valueCount)
          boundaries[next++] = value
      }
    }
    return { json: { hasMissing: statistics.missingCount > 0 }, arrays: { boundaries: boundaries.slice(0, next) } }
  },
  compile({ quantiles }, state) {
    const boundaries = state.arrays['boundaries'] as Float64Array
    // Half way: a missing value where training saw none says nothing about the order.
    return numberEncoder({
      hasMissing: state.json['hasMissing'] === true,
      fill: 0.5,
      transform: (x) => countBelow(boundaries, x) / (quantiles - 1),
    })
  },
}

/** How many of the ascending boundaries are strictly below x. */
function countBelow(boundaries: Float64Array, x: number): number {
  let low = 0
  let high = boundaries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((boundaries[middle] ?? 0) < x) low = middle + 1
    else high = middle
  }
  return low
}
