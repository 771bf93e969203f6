/** The gain of one candidate cross on held-out rows, with its standard error. */
import type { CrossRows } from './cross-rows.js'
import type { Estimate, Fold } from './folds.js'
import type { PairTuples } from './kernels/pair-tuples.js'
import { degreesOfFreedom } from './kernels/pair-tuples.js'
import { measureGains, sumTuples } from './kernels/tuple-sums.js'
import { tupleWeights } from './tuple-weights.js'

export interface PairGain {
  /** Mean log loss of the held-out rows without the cross, minus that with it. */
  readonly gain: number
  readonly standardError: number
  /** Share of the held-out rows, by weight, with a tuple that got a weight. */
  readonly coverage: number
  /** Weights of each fold; NaN where a tuple has too few rows there. */
  readonly weights: readonly Float64Array[]
}

export interface GainOptions {
  readonly rows: CrossRows
  readonly folds: readonly Fold[]
  readonly minCount: number
  /** λ, where it is not to come from the data. */
  readonly damping?: number
  /** Receives each row's gain times its weight; 0 for rows that are not held out. */
  readonly gains: Float64Array
}

/** Estimates a pair's weights fold by fold and measures them on the rows left out. */
export function pairGain(pair: PairTuples, estimate: Estimate, options: GainOptions): PairGain {
  const { rows, folds, gains } = options
  let covered = 0
  const weights = folds.map(({ fit, measured, state }) => {
    const sums = sumTuples(pair, fit[estimate], state)
    const freedom = degreesOfFreedom(pair, sums.counts, options.minCount)
    const own = tupleWeights(sums, { ...options, freedom })
    if (own.some((weight) => !Number.isNaN(weight)))
      covered += measureGains({ pair, weights: own, rows: measured, gains }, state)
    else for (const row of measured) gains[row] = 0
    return own
  })
  return { ...meanGain(rows, gains), coverage: covered / heldOutWeight(rows), weights }
}

function heldOutWeight({ rowCount, firstHeldOut, weights }: CrossRows): number {
  let total = 0
  for (let row = firstHeldOut; row < rowCount; row++) total += weights[row] ?? 0
  return total
}

/** Weighted mean of the gains; the error from sums by user where there are users, since their rows are not independent. */
export function meanGain(rows: CrossRows, gains: Float64Array): Pick<PairGain, 'gain' | 'standardError'> {
  const { rowCount, firstHeldOut, weights, groups } = rows
  const total = heldOutWeight(rows)
  let sum = 0
  for (let row = firstHeldOut; row < rowCount; row++) sum += gains[row] ?? 0
  const gain = sum / total
  const deviations = groups ? new Map<number, number>() : null
  let squares = 0
  for (let row = firstHeldOut; row < rowCount; row++) {
    const deviation = (gains[row] ?? 0) - (weights[row] ?? 0) * gain
    const group = groups?.[row] ?? 0
    if (deviations) deviations.set(group, (deviations.get(group) ?? 0) + deviation)
    else squares += deviation ** 2
  }
  for (const deviation of deviations?.values() ?? []) squares += deviation ** 2
  return { gain, standardError: Math.sqrt(squares) / total }
}
