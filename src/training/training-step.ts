/** One step of training as the trainer sees it: the parts of the batch side by side, what they leave reduced in a fixed order. */
import type { EncodedFeatures } from '../features/index.js'
import type { CompiledGraph, TensorData } from '../graph/index.js'
import { createOnnxRuntimeExecutor } from '../graph/index.js'
import { createInputStage } from '../model/index.js'
import type { OptimizerStep } from '../tables/index.js'
import { lossNotFinite } from './errors.js'
import { lossScales } from './loss-scale.js'
import type { ModelParts, ModelState } from './model-state.js'
import { createWeightFeeds } from './part-feeds.js'
import { updateRunning } from './running-statistics.js'
import { scheduleFactor } from './schedule.js'
import { operationsApart } from './first-layer.js'
import { openResults, planStep, resultPlaces, rowsOfPart, sumOf, turns } from './step-plan.js'
import type { StepPlan, Turn } from './step-plan.js'
import type { StepSettings } from './step-part.js'
import type { StepProfile } from './step-profile.js'
import { openStepTeam } from './step-team.js'
import type { TrainingBatch } from './training-batch.js'

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
  /**
   * Begins a step; it goes on where the one before ends, so that no thread waits for the next batch. Resolves when another may be begun, with what `run` returns
   * once the step has ended; weights are at rest when all that was begun has ended. Rejects where the step before failed.
   */
  begin(batch: TrainingBatch, position: StepPosition): Promise<{ readonly loss: Promise<number> }>
  /** Predicts rows with the weights as they are now: all that metrics are computed of. */
  predict(features: EncodedFeatures): Promise<Float32Array>
  /** Runs the graph once more on the inputs of the last step, and nothing else: what a step is measured against. */
  runGraphAgain(): Promise<void>
  close(): Promise<void>
}

/** Compiles the step of a model. `sample`: the first batch of all, by which it is fitted to the data; what it computes is the same but for rounding. */
export async function createTrainingStep(
  parts: ModelParts,
  state: ModelState,
  profile: StepProfile,
  sample?: EncodedFeatures,
): Promise<TrainingStep> {
  const plan = await planStep(parts, state, sample)
  const inference = await openInference(parts, state)
  const team = await openStepTeam(plan, state.memories, profile)
  const results = openResults(state.memories.home, plan)
  const finish = ({ rowCount }: TrainingBatch, { step }: StepPosition, turn: Turn): number => {
    const all = results[turn] ?? []
    const loss = sumOf(all, resultPlaces.loss)
    if (!Number.isFinite(loss)) throw lossNotFinite({ step, loss })
    updateRunning(state.running, plan.norms, partsOf(plan, all, rowCount))
    profile.leave(rowCount, operationsApart(plan, rowCount, sumOf(all, resultPlaces.multiplications)))
    return loss
  }
  let begun = 0
  let before: Promise<unknown> = Promise.resolve()
  const begin: TrainingStep['begin'] = async (batch, position) => {
    const turn = turns[begun++ % turns.length] ?? 0
    const { ended } = await team.begin(batch, { ...settingsOf(parts, batch, position), turn })
    const loss = ended.then(() => finish(batch, position, turn))
    // A rejection is met by whoever waits for the loss, or begins the next step.
    loss.catch(() => undefined)
    const earlier = before
    before = loss
    await earlier
    return { loss }
  }
  return {
    begin,
    run: async (batch, position) => (await begin(batch, position)).loss,
    predict: inference.predict,
    runGraphAgain: () => team.runGraphAgain(),
    async close() {
      await team.close()
      await inference.close()
    },
  }
}

function settingsOf({ spec }: ModelParts, batch: TrainingBatch, position: StepPosition): Omit<StepSettings, 'turn'> {
  const stepOf = (part: 'wide' | 'deep'): OptimizerStep => ({
    learningRateScale: position.learningRateScale * scheduleFactor(spec.schedules[part], position),
    stepNumber: (position.earlierSteps ?? 0) + position.step + 1,
  })
  const lossScale = lossScales[spec.lossReduction](batch)
  return { epoch: position.epoch, lossScale, wide: stepOf('wide'), deep: stepOf('deep') }
}

function partsOf(plan: StepPlan, results: readonly Float64Array[], rowCount: number) {
  return results.map((own, part) => ({ results: own, rowCount: rowsOfPart(plan, part, rowCount).count }))
}

interface Inference {
  predict(features: EncodedFeatures): Promise<Float32Array>
  close(): Promise<void>
}

/** The inference graph over live weights. */
async function openInference({ network, layout, spec }: ModelParts, state: ModelState): Promise<Inference> {
  const graph: CompiledGraph = await createOnnxRuntimeExecutor().compile(network.inferenceModel(), {
    threads: spec.threads,
  })
  const stage = createInputStage(state.memories.home, layout, state.tables)
  const weights = createWeightFeeds(state.memories.home, network.parameters, state.dense.tables)
  const running: Record<string, TensorData> = {}
  for (const [name, data] of state.running) running[name] = { data, shape: [1, data.length] }
  return {
    async predict(features) {
      return network.predictionOf(await graph.run({ ...stage.forward(features), ...weights.feeds, ...running }))
    },
    close: () => graph.close(),
  }
}
