/** Scores encoded rows with a model whose weights stand still: what evaluation, ranking and serving call. */
import type { Calibration } from '../calibration/index.js'
import { applyAll } from '../calibration/index.js'
import type { EncodedFeatures, JaggedIds } from '../features/index.js'
import type { CompiledGraph, TensorData } from '../graph/index.js'
import { createOnnxRuntimeExecutor } from '../graph/index.js'
import { predictionOf } from './heads/prediction.js'
import type { InputStage } from './input-stage.js'

export interface Scorer {
  /**
   * One score per row, in order: a probability (calibrated where the model is) for a binary head, a value for
   * regression, what to rank by for the others.
   */
  score(features: EncodedFeatures): Promise<Float32Array>
  /** The scores, and beside them what to sort by. */
  scoreRanked(features: EncodedFeatures): Promise<RankedScores>
  /** One logit per row: what a calibration is learned from, and applied to. */
  logits(features: EncodedFeatures): Promise<Float32Array>
  /** All that metrics are computed of, row by row: the score, or the probability of each class. */
  predict(features: EncodedFeatures): Promise<Float32Array>
  close(): Promise<void>
}

export interface RankedScores {
  readonly scores: Float32Array
  /** The logit of a calibrated model, since calibration may give two rows one score; else the scores themselves. */
  readonly order: Float32Array
}

export interface ScorerOptions {
  readonly threads: number
  readonly calibration?: Calibration | null
}

/** Rows a session sees at once: enough for full matrix products, small enough for the cache. */
const rowsPerRun = 4096

/** Opens a scorer over an inference graph with built-in weights. */
export async function openScorer(
  model: Uint8Array,
  stage: InputStage,
  { threads, calibration }: ScorerOptions,
): Promise<Scorer> {
  const compiled = await createOnnxRuntimeExecutor().compile(model, { threads })
  // A run reads the stage's buffers after it was called, so the next one must not fill them before it has ended.
  let last: Promise<unknown> = Promise.resolve()
  const run = (read: GraphReading['read'], features: EncodedFeatures): Promise<Float32Array> => {
    const own = last.then(() => runRows({ compiled, stage, read }, features))
    last = own.catch(() => undefined)
    return own
  }
  const read = (output: string) => (features: EncodedFeatures) =>
    run((outputs) => outputs[output]?.data ?? [], features)
  const logits = read('logit')
  const scoreRanked = async (features: EncodedFeatures): Promise<RankedScores> => {
    const order = await (calibration ? logits : read('score'))(features)
    return { scores: calibration ? applyAll(calibration, order) : order, order }
  }
  return {
    logits,
    scoreRanked,
    predict: async (features) => (calibration ? (await scoreRanked(features)).scores : run(predictionOf, features)),
    score: async (features) => (await scoreRanked(features)).scores,
    close: () => compiled.close(),
  }
}

interface GraphReading {
  readonly compiled: CompiledGraph
  readonly stage: InputStage
  read(outputs: Readonly<Record<string, TensorData>>): ArrayLike<number>
}

async function runRows({ compiled, stage, read }: GraphReading, features: EncodedFeatures): Promise<Float32Array> {
  const { rowCount } = features
  let values = new Float32Array(rowCount)
  for (let first = 0; first < rowCount; first += rowsPerRun) {
    const part = sliceRows(features, first, Math.min(first + rowsPerRun, rowCount))
    const own = read(await compiled.run(stage.forward(part)))
    const width = own.length / part.rowCount
    if (values.length !== rowCount * width) values = new Float32Array(rowCount * width)
    values.set(own, first * width)
  }
  return values
}

/** Rows `[first, end)` of encoded features, as views. */
export function sliceRows(features: EncodedFeatures, first: number, end: number): EncodedFeatures {
  if (first === 0 && end === features.rowCount) return features
  const ids: Record<string, JaggedIds> = {}
  for (const [name, jagged] of Object.entries(features.ids)) ids[name] = sliceJagged(jagged, first, end)
  const numbers: Record<string, Float32Array> = {}
  for (const [name, values] of Object.entries(features.numbers)) {
    const width = values.length / features.rowCount
    numbers[name] = values.subarray(first * width, end * width)
  }
  return { rowCount: end - first, ids, numbers }
}

function sliceJagged({ ids, offsets, weights }: JaggedIds, first: number, end: number): JaggedIds {
  const start = offsets ? (offsets[first] ?? 0) : first
  const stop = offsets ? (offsets[end] ?? 0) : end
  return {
    ids: ids.subarray(start, stop),
    offsets: offsets ? offsets.slice(first, end + 1).map((offset) => offset - start) : null,
    weights: weights ? weights.subarray(start, stop) : null,
  }
}
