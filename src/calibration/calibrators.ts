import { suggestion } from '../base/index.js'
import type { Calibration, Calibrator } from './calibrator.js'
import { calibrationUnknown } from './errors.js'
import { isotonic } from './isotonic.js'
import { platt } from './platt.js'

/** Every way of calibrating. */
export const calibrators: readonly Calibrator[] = [platt, isotonic]

/** A calibrator by its name; throws `CALIBRATION_METHOD_UNKNOWN`. */
export function calibratorOf(method: string): Calibrator {
  const found = calibrators.find(({ name }) => name === method)
  const names = calibrators.map(({ name }) => name)
  if (!found) throw calibrationUnknown({ method, hint: suggestion(method, names) })
  return found
}

/** The map that a file holds. */
export function readCalibration(json: { readonly method: string }): Calibration {
  return calibratorOf(json.method).fromJSON(json)
}
