/**
 * One step: gather → dropout masks → the graph (forward, loss, every gradient) → update of dense parameters and of touched
 * rows. The loss is shared, so both parts learn jointly, each with its own optimizer (paper §3.3).
 */
import { randomKey } from '../base/index.js'
import type { EncodedBatch, EncodedFeatures } from '../features/index.js'
import type { CompiledGraph, TensorData } from '../graph/index.js'
import { chooseExecutor, createOnnxRuntimeExecutor } from '../graph/index.js'
import { createInputStage, inputNames } from '../model/index.js'
import type { InputStage, NormSpec } from '../model/index.js'
import { createDropoutMasks } from './dropout-masks.js'
import type { MaskMaker } from './dropout-masks.js'
import { lossNotFinite } from './errors.js'
import type { ModelParts, ModelState } from './model-state.js'
import { lossScales } from './loss-scale.js'
import type { StepProfile } from './step-profile.js'
import { updateWeights } from './weight-update.js'

/** A batch and its place in the epoch's order. */
export type TrainingBatch = EncodedBatch & {
  readonly firstRow: number
  /** Added to the logits of the rows in training; none by default. */
  readonly offsets?: Float32Array
}

export interface StepPosition {
  /** Epochs before this one, those of earlier runs included: the key of the dropout masks. */
  readonly epoch: number
  /** Steps of this run before this one, over all epochs: the place in the schedules. */
  readonly step: number
  /** Steps of the runs before this one: what an optimizer counts goes on. Default 0. */
  readonly earlierSteps?: number
  /** Steps of the whole training, should nothing stop it early. */
  readonly stepCount: number
  /** Factor of the plateau on every learning rate, beside those of the schedules. */
  readonly learningRateScale: number
}

export interface TrainingStep {
  /** Takes one step and returns the weighted sum of the losses before it. */
  run(batch: TrainingBatch, position: StepPosition): Promise<number>
  /** Predicts rows with the weights as they are now: all that metrics are computed of. */
  predict(features: EncodedFeatures): Promise<Float32Array>
  /** Runs the graph once more on the inputs of the last step, and nothing else: what a step is measured against. */
  runGraphAgain(): Promise<void>
  close(): Promise<void>
}

/** PyTorch's and BARS' default: running ← 0.9·running + 0.1·batch. */
const normMomentum = 0.1

/** Compiles the step of a model. */
export async function createTrainingStep(
  parts: ModelParts,
  state: ModelState,
  profile: StepProfile,
): Promise<TrainingStep> {
  const options = { threads: parts.spec.threads }
  const request = { ...parts.spec.executor, ...options }
  const { executor, program } = await chooseExecutor(request, parts.network.trainingOutputs())
  const training = await executor.compile(program, options)
  const inference = await createOnnxRuntimeExecutor().compile(parts.network.inferenceModel(), options)
  const stage = createInputStage(state.memory, parts.layout, state.tables)
  const context: StepContext = {
    lastFeeds: {},
    parts,
    state,
    training,
    stage,
    profile,
    weights: weightFeeds(parts, state),
    masks: createDropoutMasks(parts, state.memory),
  }
  return {
    run: (batch, position) => runStep(context, batch, position),
    predict: async (features) => {
      copyWeights(context)
      const outputs = await inference.run({
        ...stage.forward(features),
        ...context.weights.feeds,
        ...context.weights.running,
      })
      return parts.network.predictionOf(outputs)
    },
    runGraphAgain: async () => {
      await training.run(context.lastFeeds)
    },
    close: async () => {
      await training.close()
      await inference.close()
    },
  }
}

interface StepContext {
  lastFeeds: Record<string, TensorData>
  readonly parts: ModelParts
  readonly state: ModelState
  readonly training: CompiledGraph
  readonly stage: InputStage
  readonly profile: StepProfile
  readonly weights: { feeds: Record<string, TensorData>; running: Record<string, TensorData> }
  readonly masks: MaskMaker
}

async function runStep(context: StepContext, batch: TrainingBatch, position: StepPosition): Promise<number> {
  const { parts, profile, stage } = context
  const { seed, lossReduction } = parts.spec
  profile.enter('gather')
  const inputs = stage.forward(batch)
  profile.enter('masks')
  const masks = context.masks((layer) => randomKey(seed, 'dropout', layer, position.epoch), batch)
  profile.enter('copy')
  copyWeights(context)
  const scale = lossScales[lossReduction](batch)
  const feeds = { ...inputs, ...masks, ...context.weights.feeds, ...lossFeeds(batch, scale) }
  context.lastFeeds = feeds
  profile.enter('graph')
  const outputs = await context.training.run(feeds)
  const loss = outputs['loss']?.data[0] ?? Number.NaN
  if (!Number.isFinite(loss)) throw lossNotFinite({ step: position.step, loss })
  profile.enter('update')
  updateWeights(context, outputs, position)
  for (const norm of parts.network.norms) updateRunning(context.state.running, norm, outputs, batch.rowCount)
  profile.leave(batch.rowCount)
  return loss
}

function lossFeeds(batch: TrainingBatch, scale: number): Record<string, TensorData> {
  const shape = [batch.rowCount, 1]
  return {
    [inputNames.label]: { data: batch.labels, shape: [batch.rowCount, batch.labels.length / batch.rowCount] },
    [inputNames.weight]: { data: batch.weights, shape },
    [inputNames.offset]: { data: batch.offsets ?? new Float32Array(batch.rowCount), shape },
    [inputNames.lossScale]: { data: Float32Array.of(scale), shape: [] },
  }
}

function weightFeeds({ network }: ModelParts, state: ModelState): StepContext['weights'] {
  const feeds: Record<string, TensorData> = {}
  const running: Record<string, TensorData> = {}
  for (const { name, shape } of network.parameters) {
    feeds[name] = { data: new Float32Array(shape.reduce((product, size) => product * size, 1)), shape }
  }
  for (const [name, data] of state.running) running[name] = { data, shape: [1, data.length] }
  return { feeds, running }
}

/** Copies the dense weights out of shared memory, which ONNX Runtime refuses on Node 20 (2 MB: about 0.1 ms). */
function copyWeights({ weights, state }: StepContext): void {
  for (const [name, feed] of Object.entries(weights.feeds)) feed.data.set(state.dense.weights(name))
}

function updateRunning(
  running: ReadonlyMap<string, Float32Array>,
  { name, width }: NormSpec,
  outputs: Readonly<Record<string, TensorData>>,
  rowCount: number,
): void {
  // The running variance is the unbiased one, as in PyTorch; the batch itself is normalised by the biased one.
  const factors = { mean: 1, variance: rowCount > 1 ? rowCount / (rowCount - 1) : 1 }
  for (const [statistic, factor] of Object.entries(factors)) {
    const target = running.get(`${name}/${statistic}`)
    const values = outputs[`${name}/${statistic}`]?.data
    if (!target || !values) continue
    for (let i = 0; i < width; i++) {
      target[i] = (1 - normMomentum) * (target[i] ?? 0) + normMomentum * factor * (values[i] ?? 0)
    }
  }
}
