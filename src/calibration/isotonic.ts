/**
 * Isotonic regression (Zadrozny and Elkan 2002): any rising map. Between the centres of neighbouring blocks the probability
 * is interpolated over the logit, so that scores there stay apart; outside the first and last centre it is level.
 */
import type { Calibration, CalibrationRows, Calibrator } from './calibrator.js'
import { classWeights, smoothedTargets } from './calibrator.js'
import type { WeightedPoint } from './pool-adjacent-violators.js'
import { poolAdjacentViolators } from './pool-adjacent-violators.js'

interface Knots {
  /** Ascending. */
  readonly logits: readonly number[]
  readonly probabilities: readonly number[]
}

export const isotonic: Calibrator = {
  name: 'isotonic',
  fit(rows) {
    // A block of one class alone says 0 or 1, more than any number of rows can show: bounded as Platt bounds his targets.
    const { high, low } = smoothedTargets(classWeights(isotonic.name, rows))
    const blocks = poolAdjacentViolators(ascendingPoints(rows))
    return calibrationOf({
      logits: blocks.map(({ at }) => at),
      probabilities: blocks.map(({ value }) => Math.min(high, Math.max(low, value))),
    })
  },
  fromJSON(json) {
    const { logits, probabilities } = json as Knots
    return calibrationOf({ logits, probabilities })
  },
}

function calibrationOf({ logits, probabilities }: Knots): Calibration {
  return {
    method: isotonic.name,
    apply: (logit) => interpolate({ logits, probabilities }, logit),
    toJSON: () => ({ method: isotonic.name, logits, probabilities }),
  }
}

function* ascendingPoints({ logits, labels, weights }: CalibrationRows): Generator<WeightedPoint> {
  const order = Uint32Array.from(logits, (_, row) => row).sort((a, b) => (logits[a] ?? 0) - (logits[b] ?? 0))
  for (const row of order) yield { at: logits[row] ?? 0, value: labels[row] ?? 0, weight: weights?.[row] ?? 1 }
}

function interpolate({ logits, probabilities }: Knots, logit: number): number {
  // Level outside must not make a number of a model that is broken.
  if (Number.isNaN(logit)) return logit
  const above = firstAbove(logits, logit)
  const [low, high] = [logits[above - 1], logits[above]]
  if (low === undefined) return probabilities[0] ?? Number.NaN
  const below = probabilities[above - 1] ?? Number.NaN
  if (high === undefined) return below
  return below + (((probabilities[above] ?? below) - below) * (logit - low)) / (high - low)
}

/** The first index with a value above `bound`; the length when there is none. */
function firstAbove(ascending: readonly number[], bound: number): number {
  let [first, end] = [0, ascending.length]
  while (first < end) {
    const middle = (first + end) >> 1
    if ((ascending[middle] ?? 0) > bound) end = middle
    else first = middle + 1
  }
  return first
}
