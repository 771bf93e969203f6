/**
 * What single columns alone would still gain, taken into the logits before any pair is tried: L1 and early stopping leave main
 * effects short, and a cross that only makes up for that is no interaction.
 */
import type { CrossColumn } from './cross-rows.js'
import type { Estimate } from './folds.js'
import type { GainOptions, PairGain } from './gain.js'
import { pairGain } from './gain.js'
import type { PairTuples } from './kernels/pair-tuples.js'
import { pairTuples } from './kernels/pair-tuples.js'
import { addToLogits, updateRows } from './kernels/tuple-sums.js'

/** Most rounds over the columns: what the second column takes may be owed to the first. */
const sweeps = 10

/** Gain in log loss of a whole round below which it was the last. */
const leastGain = 1e-5

/** Adds the weights of single columns to the logits of every fold, where they gain on rows they have not seen. */
export function takeMainEffects(
  columns: readonly CrossColumn[],
  tried: readonly Estimate[],
  context: GainOptions,
): void {
  const { rowCount } = context.rows
  const constant = { name: '', idCount: 1, ids: new Int32Array(rowCount), offsets: null }
  const singles = [constant, ...columns].map((column) => pairTuples(column, constant, rowCount))
  for (let sweep = 0, gained = Infinity; sweep < sweeps && gained >= leastGain; sweep++) {
    gained = 0
    for (const tuples of singles) {
      // Damped by scatter a column stops short where its values are few and many rows say the same; undamped it over-fits many.
      const gains = tried.flatMap((estimate) => [
        pairGain(tuples, estimate, context),
        pairGain(tuples, estimate, { ...context, damping: 1 }),
      ])
      const best = gains.reduce((one, other) => (other.gain > one.gain ? other : one))
      if (best.gain <= 0) continue
      foldIn(tuples, best.weights, context)
      gained += best.gain
    }
  }
}

/** Adds weights to the logits, each fold its own. */
export function foldIn(tuples: PairTuples, weights: PairGain['weights'], { folds }: GainOptions): void {
  for (const [index, { state }] of folds.entries()) {
    addToLogits(tuples, weights[index] ?? new Float64Array(0), state.logits)
    updateRows(state)
  }
}
