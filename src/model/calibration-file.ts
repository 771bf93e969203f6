/** The calibration of a bundle: the map in `calibration.json`, where it comes from in the manifest. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile } from '../base/index.js'
import type { Calibration, CalibrationRecord, LearnedCalibration } from '../calibration/index.js'
import { readCalibration } from '../calibration/index.js'

const fileName = 'calibration.json'

export function writeCalibrationFile(directory: string, learned: LearnedCalibration | null): void {
  if (learned) atomicWriteFile(join(directory, fileName), `${JSON.stringify(learned.calibration, null, 2)}\n`)
}

/** What the manifest says; nothing without a calibration, as in bundles of before. */
export function calibrationContent(learned: LearnedCalibration | null): { calibration?: CalibrationRecord } {
  return learned ? { calibration: learned.record } : {}
}

/** The calibration that a manifest speaks of, `null` where it speaks of none. */
export function readCalibrationFile(directory: string, content: Readonly<Record<string, unknown>>): Calibration | null {
  if (content['calibration'] === undefined) return null
  return readCalibration(JSON.parse(readFileSync(join(directory, fileName), 'utf8')) as { method: string })
}
