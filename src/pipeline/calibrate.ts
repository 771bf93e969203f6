/** Calibration of a bundle that exists already: a new bundle beside it. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { EncodedDataset } from '../data/index.js'
import { encodeFiles, openPrepared } from '../data/index.js'
import { openBundle, writeCalibratedBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import type { LoadedConfig } from './config-file.js'
import { outputExists, probabilitiesMissing } from './errors.js'
import type { CalibrationReport } from './learn-calibration.js'
import { learnCalibration } from './learn-calibration.js'
import { prepareData } from './prepare.js'

export interface CalibrateOptions {
  readonly bundle: string
  readonly out: string
  /** `platt` or `isotonic`. */
  readonly method: string
  /** Labelled files, instead of a prepared split. */
  readonly files?: readonly string[] | undefined
  readonly loaded?: LoadedConfig | undefined
  /** Default `validation`. */
  readonly split?: string | undefined
  onProgress?(text: string): void
}

export interface CalibrateResult extends CalibrationReport {
  readonly bundle: string
  readonly warnings: readonly string[]
}

/** Learns a calibration on rows that training has not seen and writes it with a copy of the bundle. */
export async function calibrateBundle(options: CalibrateOptions): Promise<CalibrateResult> {
  const out = resolve(options.out)
  if (existsSync(out)) throw outputExists({ path: options.out })
  const bundle = await openBundle(options.bundle, { threads: 2 })
  try {
    const { head } = bundle.model
    if (head !== 'binary') throw probabilitiesMissing({ head, need: 'calibration' })
    const { dataset, source, warnings, close } = await heldOutRows(bundle, options)
    const seed = bundle.config.training?.seed ?? 1
    const task = { method: options.method, head, dataset, source, seed, scorer: bundle }
    const { report, ...learned } = await learnCalibration(task).finally(close)
    await writeCalibratedBundle(bundle, learned, out)
    return { bundle: out, ...report, warnings }
  } finally {
    await bundle.close()
  }
}

interface HeldOutRows {
  readonly dataset: EncodedDataset
  readonly source: string
  readonly warnings: readonly string[]
  close(): Promise<void>
}

async function heldOutRows(bundle: Bundle, { files, loaded, ...options }: CalibrateOptions): Promise<HeldOutRows> {
  if (files) {
    const { config, featureState: state } = bundle
    const configDirectory = loaded?.directory ?? process.cwd()
    const paths = files.map((file) => resolve(file))
    const encoded = await encodeFiles({ config, configDirectory, state, files: paths })
    return { ...encoded, source: files.join(', ') }
  }
  if (!loaded) throw new Error('internal: a split needs a config')
  const prepared = await prepareData(loaded, { onProgress: options.onProgress ?? ((): void => undefined) })
  const data = openPrepared(prepared.directory)
  const split = options.split ?? 'validation'
  const close = (): Promise<void> => Promise.resolve(data.close())
  return { dataset: data.split(split), source: split, warnings: [], close }
}
