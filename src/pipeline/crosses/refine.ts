/** A few more steps for the weights of a cross that is accepted: one bounded step falls short, and the next round would propose the rest. */
import type { Estimate } from './folds.js'
import type { GainOptions, PairGain } from './gain.js'
import { meanGain, pairGain } from './gain.js'
import type { PairTuples } from './kernels/pair-tuples.js'
import { foldIn } from './main-effects.js'

const steps = 4

export interface Refined extends Pick<PairGain, 'gain' | 'standardError' | 'weights'> {
  /** Each row's gain of all steps together, times its weight. */
  readonly gains: Float64Array
}

/** Steps from the logits as they are, each folded into them; they end by themselves where tuples scatter no more than chance. */
export function refine(pair: PairTuples, estimate: Estimate, options: GainOptions): Refined {
  const gains = new Float64Array(options.gains.length)
  const weights = options.folds.map(() => new Float64Array(pair.count).fill(NaN))
  for (let step = 0; step < steps; step++) {
    const own = pairGain(pair, estimate, options)
    foldIn(pair, own.weights, options)
    for (let row = 0; row < gains.length; row++) gains[row] = (gains[row] ?? 0) + (options.gains[row] ?? 0)
    for (const [fold, sums] of weights.entries()) addWeights(sums, own.weights[fold] ?? sums)
  }
  return { ...meanGain(options.rows, gains), weights, gains }
}

/** Adds weights in place; NaN is none. */
function addWeights(sums: Float64Array, weights: Float64Array): void {
  for (let tuple = 0; tuple < sums.length; tuple++) {
    const sum = sums[tuple] ?? NaN
    const weight = weights[tuple] ?? NaN
    if (!Number.isNaN(weight)) sums[tuple] = Number.isNaN(sum) ? weight : sum + weight
  }
}
