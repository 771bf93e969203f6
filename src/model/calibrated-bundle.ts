/** A bundle with another calibration: a copy, so that what serves is never changed under a reader. */
import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile } from '../base/index.js'
import type { LearnedCalibration } from '../calibration/index.js'
import { applyAll } from '../calibration/index.js'
import type { Bundle } from './bundle.js'
import { calibrationContent, writeCalibrationFile } from './calibration-file.js'
import { readManifest, writeManifest } from './manifest.js'

/** Writes a copy of an open bundle with a calibration of its logits; the scores of the golden requests follow. */
export async function writeCalibratedBundle(
  bundle: Bundle,
  learned: LearnedCalibration,
  directory: string,
): Promise<void> {
  const partial = `${directory}.partial-${String(process.pid)}`
  const { content } = await readManifest(bundle.directory)
  rmSync(partial, { recursive: true, force: true })
  cpSync(bundle.directory, partial, { recursive: true })
  writeCalibrationFile(partial, learned)
  const golden = await recalibratedGolden(bundle, learned)
  atomicWriteFile(join(partial, 'golden.json'), `${JSON.stringify(golden, null, 2)}\n`)
  await writeManifest(partial, { ...content, ...calibrationContent(learned) })
  renameSync(partial, directory)
}

async function recalibratedGolden(bundle: Bundle, { calibration }: LearnedCalibration): Promise<Bundle['golden']> {
  const logits = await bundle.logits(bundle.encoder.encode(bundle.golden.map(({ row }) => row)))
  const scores = applyAll(calibration, logits)
  return bundle.golden.map((request, index) => ({ ...request, score: scores[index] ?? 0 }))
}
