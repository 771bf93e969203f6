/** Cross-fitting: what a calibration is worth on rows that it was not learned on, without setting rows aside for good. */
import { randomInteger, randomKey } from '../base/index.js'
import type { CalibrationRows, Calibrator } from './calibrator.js'

/** The half, 0 or 1, of each row; rows of one group (a user's) share a half, since they are not independent. */
export function foldsOf(rowCount: number, seed: number, groups: Int32Array | null): Uint8Array {
  const key = randomKey(seed, 'calibration')
  return Uint8Array.from({ length: rowCount }, (_, row) => randomInteger(key, groups?.[row] ?? row, 2))
}

/** The calibrated probability of each row by the map that was learned on the half without it. */
export function crossFit(calibrator: Calibrator, rows: CalibrationRows, folds: Uint8Array): Float32Array {
  const halves = [0, 1].map((fold) => calibrator.fit(rowsOutside(rows, folds, fold)))
  return rows.logits.map((logit, row) => halves[folds[row] ?? 0]?.apply(logit) ?? Number.NaN)
}

function rowsOutside({ logits, labels, weights }: CalibrationRows, folds: Uint8Array, fold: number): CalibrationRows {
  const isOther = (_: number, row: number): boolean => folds[row] !== fold
  return {
    logits: logits.filter(isOther),
    labels: labels.filter(isOther),
    ...(weights ? { weights: weights.filter(isOther) } : {}),
  }
}
