/** What a way of calibrating is: one file, one line in `index.ts`. Logits go in, probabilities come out, order stays. */
import { calibrationImpossible } from './errors.js'

/** Rows that training has not seen, as the model scores them. */
export interface CalibrationRows {
  readonly logits: Float32Array
  /** 0 or 1, or between: 0.25 is a quarter of a positive row and three quarters of a negative one. */
  readonly labels: Float32Array
  /** All 1 when absent. */
  readonly weights?: Float32Array
}

/** A learned map. It never falls as the logit grows, so that no pair of rows changes places. */
export interface Calibration {
  /** The name of the calibrator that learned it. */
  readonly method: string
  /** The calibrated probability of a logit. */
  apply(logit: number): number
  /** Plain data from which `fromJSON` makes the same map. */
  toJSON(): { readonly method: string }
}

/** What a bundle's manifest says of its calibration. */
export interface CalibrationRecord {
  readonly method: string
  /** How many rows it was learned on. */
  readonly rows: number
  /** Where they were: a split or files. */
  readonly source: string
}

/** A calibration and where it comes from. */
export interface LearnedCalibration {
  readonly calibration: Calibration
  readonly record: CalibrationRecord
}

export interface Calibrator {
  readonly name: string
  /** Throws `CALIBRATION_IMPOSSIBLE` where the rows say nothing. */
  fit(rows: CalibrationRows): Calibration
  fromJSON(json: unknown): Calibration
}

/** The calibrated probabilities of some logits, 32-bit as scores are. */
export function applyAll(calibration: Calibration, logits: Float32Array): Float32Array {
  return logits.map((logit) => calibration.apply(logit))
}

/** Weight of the positive and of the negative rows; throws unless there is some of both and every logit is finite. */
export function classWeights(
  method: string,
  { logits, labels, weights }: CalibrationRows,
): { positive: number; negative: number } {
  let positive = 0
  let negative = 0
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] ?? 0
    const weight = weights?.[row] ?? 1
    if (!Number.isFinite(logits[row])) throw calibrationImpossible({ method, reason: 'a logit is not a finite number' })
    positive += weight * label
    negative += weight * (1 - label)
  }
  if (!(positive > 0 && negative > 0)) {
    const missing = positive > 0 ? 'negative' : 'positive'
    throw calibrationImpossible({ method, reason: `none of ${String(labels.length)} rows is ${missing}` })
  }
  return { positive, negative }
}

/**
 * Platt's targets: what a class's rows would say after one more row of each class (Laplace). They keep probabilities off 0
 * and 1, where one row that is wrong would cost without bound.
 */
export const smoothedTargets = ({ positive, negative }: { positive: number; negative: number }) => ({
  high: (positive + 1) / (positive + 2),
  low: 1 / (negative + 2),
})
