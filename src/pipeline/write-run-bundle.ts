/** Writes the bundle of a run's best epoch. */
import { join } from 'node:path'
import { WideDeepError } from '../base/index.js'
import { calibrationImpossible } from '../calibration/index.js'
import type { PreparedData } from '../data/index.js'
import type { Config } from '../features/index.js'
import { writeBundle } from '../model/index.js'
import type { GoldenRequest } from '../model/index.js'
import { exchangeAverage, inferenceConstants, openCheckpoints } from '../training/index.js'
import type { ModelParts, ModelState, TrainingProgressState } from '../training/index.js'
import type { GoldenParts } from './golden.js'
import { goldenRequests, openTrainedScorer } from './golden.js'
import type { CalibrationReport } from './learn-calibration.js'
import { learnCalibration } from './learn-calibration.js'
import type { RunDirectory } from './run-directory.js'

export interface RunBundle {
  readonly config: Config
  readonly parts: ModelParts
  readonly data: PreparedData
  readonly run: RunDirectory
  readonly progress: TrainingProgressState
  /** Filled with the best checkpoint. */
  readonly state: ModelState
  /** Directory with the indexes of retrieval, where there are any. */
  readonly retrieval?: string | undefined
  warn?(text: string): void
}

/**
 * Restores the best checkpoint, calibrates it where the config says so, and writes the bundle with the golden requests' expected
 * scores; returns what calibration did.
 */
export async function writeRunBundle(runBundle: RunBundle): Promise<CalibrationReport | null> {
  const { config, parts, data, run, progress, state } = runBundle
  const checkpoints = openCheckpoints(run.checkpoints)
  const best = progress.best?.checkpoint ?? checkpoints.latest() ?? ''
  await checkpoints.restore(best, state)
  exchangeAverage(state)
  const onnx = parts.network.inferenceModel(inferenceConstants(state, parts.network))
  const learned = await calibrated(runBundle, { parts, state, onnx })
  const calibration = learned?.calibration ?? null
  const golden: GoldenRequest[] = await goldenRequests({ data, parts, state, onnx, calibration })
  await writeBundle(run.bundle, {
    config,
    featureState: data.featureState,
    onnx,
    tables: parts.layout.tables.flatMap((spec) => {
      const table = state.tables.get(spec.name)
      return table ? [{ spec, readWeights: (first: number, count: number) => table.readWeights(first, count) }] : []
    }),
    golden,
    calibration: learned,
    trainingState: checkpoints.path(best),
    retrieval: runBundle.retrieval ?? null,
    catalogue: data.catalogueFiles().map((name) => join(data.directory, name)),
  })
  return learned?.report ?? null
}

/** The calibration of the validation rows. Hours of training must not be lost for want of it: without, there is a warning. */
async function calibrated(
  { config, parts, data, warn }: RunBundle,
  trained: Pick<GoldenParts, 'parts' | 'state' | 'onnx'>,
): Promise<Awaited<ReturnType<typeof learnCalibration>> | null> {
  const method = config.training?.calibration
  if (method === undefined) return null
  const scorer = await openTrainedScorer({ ...trained, calibration: null })
  try {
    const dataset = data.split('validation')
    const { seed } = parts.spec
    return await learnCalibration({ method, head: parts.model.head, dataset, source: 'validation', seed, scorer })
  } catch (error) {
    if (!(error instanceof WideDeepError) || error.code !== calibrationImpossible.code) throw error
    warn?.(`the bundle is not calibrated: ${error.message}`)
    return null
  } finally {
    await scorer.close()
  }
}
