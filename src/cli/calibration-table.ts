import type { TrainResult } from '../pipeline/index.js'
import { metricText, textTable } from './table.js'

type CalibrationReport = NonNullable<TrainResult['calibration']>

/** Metrics before and after a calibration, after by cross-fitting: no row is judged by a map that has seen its label. */
export function calibrationTable(title: string, { method, before, crossFitted }: CalibrationReport): string {
  const rows = Object.entries(before).map(([name, value]) => [name, metricText(value), metricText(crossFitted[name])])
  return textTable([title, 'uncalibrated', `${method}, cross-fitted`], rows)
}
