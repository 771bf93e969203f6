/** Bundles with random weights: what tests of scoring need where nothing is to be learned. */
import { randomKey, randomNormal } from '../src/base/index.js'
import type { LearnedCalibration } from '../src/calibration/index.js'
import { createEncoder } from '../src/features/index.js'
import type { Config, FeatureState, RawValue } from '../src/features/index.js'
import { createNetwork, layoutInputs, openBundle, resolveModel, writeBundle } from '../src/model/index.js'

export interface RandomBundle {
  readonly config: Config
  readonly state: FeatureState
  readonly seed?: number
  readonly calibration?: LearnedCalibration | null
  /** Become the golden requests. */
  readonly rows?: readonly Readonly<Record<string, RawValue>>[]
}

/** Writes a bundle whose weights are drawn; golden scores are those of the bundle itself. */
export async function writeRandomBundle(directory: string, options: RandomBundle): Promise<string> {
  const { config, state, seed = 1, calibration = null, rows = [] } = options
  const model = resolveModel(config, state.labels)
  const layout = layoutInputs(model, config, createEncoder(config, state).columns)
  const network = createNetwork(model, layout)
  const draw = (name: string, length: number, f: (x: number) => number): Float32Array =>
    Float32Array.from({ length }, (_, i) => f(randomNormal(randomKey(seed, name), i)))
  const constants = Object.fromEntries([
    ...network.parameters.map(({ name, shape }) => {
      const scale = 1 / Math.sqrt(shape[0] ?? 1)
      return [
        name,
        draw(
          name,
          shape.reduce((a, b) => a * b, 1),
          (x) => scale * x,
        ),
      ] as const
    }),
    ...network.norms.flatMap(({ name, width }) => [
      [`${name}/mean`, draw(`${name}/mean`, width, (x) => x / 2)] as const,
      [`${name}/variance`, draw(`${name}/variance`, width, (x) => 0.5 + x * x)] as const,
    ]),
  ])
  const parts = {
    config,
    featureState: state,
    onnx: network.inferenceModel(constants),
    tables: layout.tables.map((spec) => ({
      spec,
      readWeights: (first: number, count: number) =>
        Float32Array.from({ length: count * spec.dimension }, (_, i) =>
          randomNormal(randomKey(seed, spec.name), first * spec.dimension + i),
        ),
    })),
    calibration,
    trainingState: null,
    catalogue: [],
    retrieval: null,
  }
  await writeBundle(directory, { ...parts, golden: [] })
  if (rows.length === 0) return directory
  const bundle = await openBundle(directory)
  const scores = await bundle.score(bundle.encoder.encode(rows))
  await bundle.close()
  await writeBundle(directory, { ...parts, golden: rows.map((row, i) => ({ row, score: scores[i] ?? 0 })) })
  return directory
}
