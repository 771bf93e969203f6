/** Calibration by segment: a model may be right on the whole and wrong for each part of it. */
import type { ScoredRows } from './metric.js'
import { weightOf } from './metric.js'
import { calibration } from './metrics/calibration.js'
import { expectedCalibrationError } from './metrics/expected-calibration-error.js'

export interface SegmentCalibration {
  /** The value that the rows share. */
  readonly value: string
  readonly rows: number
  readonly meanPrediction: number | null
  readonly meanLabel: number | null
  /** Sum of predictions / sum of labels. */
  readonly calibration: number | null
  readonly expectedCalibrationError: number | null
  /**
   * How many standard errors the predictions stand above the labels, if each label were drawn with the predicted probability:
   * beyond ±3 it is hardly chance.
   */
  readonly standardErrors: number | null
}

/** The rows of each value of a column, by value. */
export type Segments = ReadonlyMap<string, readonly number[]>

/** Segments of at least `minimumRows` rows, largest first, and how many smaller ones are left out. */
export function segmentCalibration(
  rows: ScoredRows,
  segments: Segments,
  minimumRows: number,
): { readonly segments: SegmentCalibration[]; readonly smallCount: number } {
  const large = [...segments].filter(([, members]) => members.length >= minimumRows)
  const sorted = large.sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
  return {
    segments: sorted.map(([value, members]) => calibrationOf(value, rowsAt(rows, members))),
    smallCount: segments.size - large.length,
  }
}

function calibrationOf(value: string, part: ScoredRows): SegmentCalibration {
  let [weight, predictions, labels, variance] = [0, 0, 0, 0]
  for (let row = 0; row < part.labels.length; row++) {
    const one = weightOf(part, row)
    const score = part.scores[row] ?? 0
    weight += one
    predictions += one * score
    labels += one * (part.labels[row] ?? 0)
    variance += one * one * score * (1 - score)
  }
  return {
    value,
    rows: part.labels.length,
    meanPrediction: weight > 0 ? predictions / weight : null,
    meanLabel: weight > 0 ? labels / weight : null,
    calibration: calibration.compute(part),
    expectedCalibrationError: expectedCalibrationError.compute(part),
    standardErrors: variance > 0 ? (predictions - labels) / Math.sqrt(variance) : null,
  }
}

function rowsAt({ scores, labels, weights }: ScoredRows, members: readonly number[]): ScoredRows {
  const pick = (values: ArrayLike<number>): Float32Array => Float32Array.from(members, (row) => values[row] ?? 0)
  return { scores: pick(scores), labels: pick(labels), ...(weights ? { weights: pick(weights) } : {}) }
}
