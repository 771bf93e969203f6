/** Writes the bundle of a run's best epoch. */
import { join } from 'node:path'
import type { PreparedData } from '../data/index.js'
import type { Config } from '../features/index.js'
import { writeBundle } from '../model/index.js'
import type { GoldenRequest } from '../model/index.js'
import { createModelState, inferenceConstants, openCheckpoints } from '../training/index.js'
import type { ModelParts, TrainingProgressState } from '../training/index.js'
import { goldenRequests } from './golden.js'
import type { RunDirectory } from './run-directory.js'

export interface RunBundle {
  readonly config: Config
  readonly parts: ModelParts
  readonly data: PreparedData
  readonly run: RunDirectory
  readonly progress: TrainingProgressState
}

/** Restores the best checkpoint and writes the bundle with the golden requests' expected scores. */
export async function writeRunBundle({ config, parts, data, run, progress }: RunBundle): Promise<void> {
  const checkpoints = openCheckpoints(run.checkpoints)
  const best = progress.best?.checkpoint ?? checkpoints.latest() ?? ''
  const state = createModelState(parts)
  await checkpoints.restore(best, state)
  const onnx = parts.network.inferenceModel(inferenceConstants(state, parts.network))
  const golden: GoldenRequest[] = await goldenRequests({ data, parts, state, onnx })
  await writeBundle(run.bundle, {
    config,
    featureState: data.featureState,
    onnx,
    tables: parts.layout.tables.flatMap((spec) => {
      const table = state.tables.get(spec.name)
      return table ? [{ spec, readWeights: (first: number, count: number) => table.readWeights(first, count) }] : []
    }),
    golden,
    trainingState: checkpoints.path(best),
    catalogue: data.catalogueFiles().map((name) => join(data.directory, name)),
  })
}
