/**
 * The part of a step that one thread takes: gather → dropout masks → the graph (forward, loss, every gradient) of its own rows, then,
 * of the whole batch, the update of the dense parameters and the table rows that it owns. The loss is shared, so wide and deep learn
 * jointly, each with its own optimizer (paper §3.3).
 */
import { randomKey } from '../base/index.js'
import type { CompiledGraph, Executor, TensorData } from '../graph/index.js'
import { openExecutor } from '../graph/index.js'
import { createInputStage, gradientName } from '../model/index.js'
import type { InputStage } from '../model/index.js'
import type { DenseUpdate, OptimizerStep, RowRange, Share, TableMemories } from '../tables/index.js'
import { createDenseUpdate, createShardedTable, createTable } from '../tables/index.js'
import { createDropoutMasks } from './dropout-masks.js'
import type { MaskMaker } from './dropout-masks.js'
import { executorProducts } from './executor-products.js'
import { openFirstLayer } from './first-layer.js'
import type { FirstLayerPart } from './first-layer.js'
import { createLossFeeds, createWeightFeeds } from './part-feeds.js'
import type { FedParameter, LossFeeds, WeightFeeds } from './part-feeds.js'
import { openResults, resultPlaces, rowsOfPart, statisticNames, sumOf } from './step-plan.js'
import type { StepPlan, Turn } from './step-plan.js'
import type { StepProfile } from './step-profile.js'
import type { TrainingBatch } from './training-batch.js'
import { isWhole, weightRanges, writeRanges } from './weight-ranges.js'

/** What is the same for all parts of a step. */
export interface StepSettings {
  /** Which of the places for a batch and its results: those of the step before may still be read. */
  readonly turn: Turn
  /** Epochs before this one, those of earlier runs included: the key of the dropout masks. */
  readonly epoch: number
  readonly lossScale: number
  readonly wide: OptimizerStep
  readonly deep: OptimizerStep
}

export interface StepPart {
  /** Takes its part of a step; nothing is updated where the loss is not finite, and from then on. */
  run(batch: TrainingBatch, settings: StepSettings, profile: StepProfile): Promise<void>
  /** Runs the graph once more on the inputs of the last step, and nothing else: what a step is measured against. */
  runGraphAgain(): Promise<void>
  close(): Promise<void>
}

export interface StepPartOptions {
  readonly memories: TableMemories
  readonly share: Share
  /** Where lies what the parts leave for each other of all rows, by name: the gradients of an input by its. Default: with the part. */
  readonly shared?: ((name: string) => number) | undefined
  /** Returns once every part has called it. */
  meet(): void
}

interface PartContext extends StepPartOptions {
  readonly plan: StepPlan
  readonly graph: CompiledGraph
  readonly stage: InputStage
  /** `null` where no column is apart. */
  readonly firstLayer: FirstLayerPart | null
  readonly dense: DenseUpdate
  readonly masks: MaskMaker
  readonly weights: WeightFeeds
  readonly lossFeeds: LossFeeds
  /** All that the graph is fed, the same object in every step. */
  readonly feeds: Record<string, TensorData>
  /** Where the graph leaves the gradients of the parameters that it has whole. */
  readonly gradientTargets: Targets
  /** The parameters of which it has pieces, and where their gradients are left. */
  readonly inPieces: readonly (Required<FedParameter> & { readonly target: Float32Array })[]
  readonly wideParameters: ReadonlySet<string>
  /** Results of all parts, by turn. */
  readonly results: readonly (readonly Float64Array[])[]
}

/** Opens a part of a step; the graph is compiled in the calling thread. */
export async function openStepPart(plan: StepPlan, options: StepPartOptions): Promise<StepPart> {
  const context = await openContext(plan, options)
  let lastFeeds: Feeds | null = null
  let isHalted = false
  return {
    async run(batch, settings, profile) {
      const rows = rowsOfPart(plan, options.share.index, batch.rowCount)
      const inputs = { batch, rows, settings, profile }
      const masks = masksOf(context, inputs)
      // Rows and weights may still be updated for the step before.
      meet(context, profile)
      feed(context, inputs, masks)
      lastFeeds = rows.count > 0 ? context.feeds : null
      // Whoever feeds the step reads the next batch now; where threads take the parts, while they do.
      profile.enter('read')
      await Promise.resolve()
      profile.enter('graph')
      const targets = {
        ...context.gradientTargets,
        ...context.stage.gradients(),
        ...context.firstLayer?.gradients(),
      }
      const outputs = lastFeeds && (await context.graph.run(lastFeeds, targets))
      profile.enter('update')
      const results = resultsOf(context, settings.turn)
      leaveResults(context, results.own, { outputs: outputs ?? {}, targets })
      context.firstLayer?.differentiate(() => {
        meet(context, profile)
      })
      meet(context, profile)
      // The next step was begun before this loss was known: it must not go on from it.
      isHalted ||= !Number.isFinite(sumOf(results.all, resultPlaces.loss))
      if (!isHalted) update(context, inputs, results)
    },
    runGraphAgain: async () => {
      if (lastFeeds) await context.graph.run(lastFeeds)
    },
    close: () => context.graph.close(),
  }
}

async function openContext(plan: StepPlan, options: StepPartOptions): Promise<PartContext> {
  const { memories, share, shared } = options
  const memory = memories.home
  const tables = new Map(plan.tables.map((place) => [place.name, createShardedTable(memories, place)]))
  const dense = plan.dense.map((place) => createTable(memory, place))
  const denseUpdate = createDenseUpdate(memory, { tables: dense, share, gradients: plan.gradients })
  const { gradient } = denseUpdate
  const executor = await executorOf(plan)
  const products = executorProducts(memory, executor, plan.threads)
  const parameters = plan.parameters.map((parameter, index) => ({
    name: parameter.name,
    shape: plan.shapes[index] ?? [],
    ranges: weightRanges(plan, parameter),
  }))
  const whole = parameters.filter(({ ranges }, index) => isWhole(ranges, dense[index]?.dimension))
  const weights = createWeightFeeds(memory, parameters, dense)
  return {
    ...options,
    plan,
    graph: await executor.compile(plan.program, { threads: plan.threads }),
    stage: createInputStage(memory, plan.layout, tables, shared && { share, gradients: shared }),
    firstLayer:
      plan.apart && openFirstLayer(memory, plan.apart, { tables, dense, share, gradient, products, place: shared }),
    dense: denseUpdate,
    masks: createDropoutMasks(plan.dropouts, memory),
    weights,
    lossFeeds: createLossFeeds(),
    feeds: { ...weights.feeds },
    gradientTargets: Object.fromEntries(whole.map(({ name }) => [gradientName(name), denseUpdate.gradient(name)])),
    inPieces: parameters
      .filter((parameter) => !whole.includes(parameter))
      .map((parameter) => ({ ...parameter, target: gradient(parameter.name) })),
    wideParameters: new Set(plan.parameters.flatMap(({ name, part }) => (part === 'wide' ? [name] : []))),
    results: openResults(memory, plan),
  }
}

async function executorOf({ execution }: StepPlan): Promise<Executor> {
  const executor = await openExecutor(execution)
  if ('reason' in executor) throw new Error(`internal: the chosen executor is gone: ${executor.reason}`)
  return executor
}

type Feeds = Readonly<Record<string, TensorData>>
type Targets = Readonly<Record<string, Float32Array>>

interface PartInputs {
  readonly batch: TrainingBatch
  readonly rows: RowRange
  readonly settings: StepSettings
  readonly profile: StepProfile
}

function masksOf({ plan, masks }: PartContext, { batch, rows, settings, profile }: PartInputs): Feeds {
  profile.enter('masks')
  return masks((layer) => randomKey(plan.seed, 'dropout', layer, settings.epoch), {
    firstRow: batch.firstRow + rows.first,
    rowCount: rows.count,
  })
}

function feed(context: PartContext, { batch, rows, settings, profile }: PartInputs, masks: Feeds): void {
  const { stage, firstLayer, weights, lossFeeds, feeds } = context
  profile.enter('gather')
  const first = firstLayer?.feeds(batch, rows, () => {
    meet(context, profile)
    profile.enter('gather')
  })
  Object.assign(feeds, masks, stage.forward(batch, rows), first)
  profile.enter('copy')
  weights.gather()
  Object.assign(feeds, lossFeeds(batch, rows, settings.lossScale))
}

interface GraphResults {
  readonly outputs: Feeds
  readonly targets: Targets
}

/**
 * Loss, statistics and gradients of the own rows, to where the other parts find them; zeros without rows, and where the loss does not
 * depend on a target's values.
 */
function leaveResults(context: PartContext, own: Float64Array, { outputs, targets }: GraphResults): void {
  const { plan, firstLayer, inPieces } = context
  own.fill(0)
  const isEmpty = Object.keys(outputs).length === 0
  own[resultPlaces.loss] = isEmpty ? 0 : (outputs['loss']?.data[0] ?? Number.NaN)
  own[resultPlaces.multiplications] = firstLayer?.multiplications() ?? 0
  let at: number = resultPlaces.statistics
  for (const name of statisticNames(plan.norms)) {
    const values = outputs[name]?.data ?? []
    own.set(values, at)
    at += values.length
  }
  for (const [name, target] of Object.entries(targets)) if (!(name in outputs)) target.fill(0)
  for (const { name, ranges, target } of inPieces) {
    const gradient = outputs[gradientName(name)]
    if (gradient) writeRanges(target, ranges, gradient.data)
    else target.fill(0)
  }
}

interface PartResults {
  readonly own: Float64Array
  readonly all: readonly Float64Array[]
}

function resultsOf({ results, share }: PartContext, turn: Turn): PartResults {
  const all = results[turn] ?? []
  const own = all[share.index]
  if (!own) throw new Error('internal: a part has no place for its results')
  return { own, all }
}

function meet(context: PartContext, profile: StepProfile): void {
  profile.enter('wait')
  context.meet()
  profile.enter('update')
}

/** Moves dense parameters and touched rows along their gradients, clipped together: all that the part owns. */
function update(context: PartContext, { settings, profile }: PartInputs, { own, all }: PartResults): void {
  const { plan, stage, firstLayer, dense, wideParameters } = context
  dense.sum()
  let clipping = {}
  if (plan.clipNorm !== null) {
    own[resultPlaces.squaredNorm] = stage.squaredNorm() + (firstLayer?.squaredNorm() ?? 0) + dense.squaredNorm()
    meet(context, profile)
    clipping = { gradientScale: clipFactor(plan.clipNorm, sumOf(all, resultPlaces.squaredNorm)) }
  }
  const steps = { wide: { ...settings.wide, ...clipping }, deep: { ...settings.deep, ...clipping } }
  dense.update((name) => (wideParameters.has(name) ? steps.wide : steps.deep))
  stage.update(steps)
  firstLayer?.update(steps.deep)
}

/** `min(1, clipNorm / ‖g‖)` over all gradients of the step (Pascanu et al. 2013), from Σ g². */
export function clipFactor(clipNorm: number, squares: number): number {
  const norm = Math.sqrt(squares)
  return norm > clipNorm ? clipNorm / norm : 1
}
