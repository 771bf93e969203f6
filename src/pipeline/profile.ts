/** The whole step beside the bare graph: same shapes, same threads, no tables, no reading. */
import { createBatches } from '../data/index.js'
import type { PreparedData } from '../data/index.js'
import { operationsOf, productPeak } from './matrix-products.js'
import { createModelState, createStepProfile, createTrainingStep, firstOf, whileReading } from '../training/index.js'
import type { ModelParts, StepProfile } from '../training/index.js'

type ProfileTotals = ReturnType<StepProfile['totals']>

export interface GraphComparison {
  /** Examples per second of whole steps, reading included. */
  readonly examplesPerSecond: number
  /** Examples per second of the graph alone. */
  readonly graphExamplesPerSecond: number
  readonly ratioToGraph: number
  /** Operations a second in the products of the layers, 2 for each multiplication; `null` for a model without layers. */
  readonly products: {
    /** The best of the largest layer's three products, called directly with as many threads, by the fastest executor that is there. */
    readonly peak: number
    /** What the graph alone and the whole step reach. */
    readonly graph: number
    readonly step: number
  } | null
  /** Share of the time by phase of a step. */
  readonly shares: Readonly<Record<string, number>>
}

const warmUpSteps = 5
const measuredSteps = 40

/** Runs steps on real batches with a fresh model and tells where the time goes; graph and step are timed in the same run. */
export async function compareWithGraph(parts: ModelParts, data: PreparedData): Promise<GraphComparison> {
  const now = (): number => performance.now()
  let profile = createStepProfile(now)
  const current: StepProfile = {
    enter: (phase) => {
      profile.enter(phase)
    },
    leave: (rowCount, operations) => {
      profile.leave(rowCount, operations)
    },
    spent: (elsewhere) => {
      profile.spent(elsewhere)
    },
    totals: () => profile.totals(),
  }
  const batchesOf = (epoch: number) => createBatches(data.split('train'), { ...parts.spec, epoch, shuffle: true })
  const step = await createTrainingStep(parts, createModelState(parts), current, await firstOf(batchesOf(0)))
  let count = 0
  let graphMilliseconds = 0
  for (let epoch = 0; count < warmUpSteps + measuredSteps; epoch++) {
    await whileReading(batchesOf(epoch), async (batch) => {
      if (count === warmUpSteps) profile = createStepProfile(now)
      await step.run(batch, { epoch, step: count, stepCount: warmUpSteps + measuredSteps, learningRateScale: 1 })
      // Step and bare graph in turn, so that both see the same moments of a noisy machine.
      profile.enter('bare')
      const before = now()
      await step.runGraphAgain()
      if (count >= warmUpSteps) graphMilliseconds += now() - before
      profile.enter('read')
      return ++count < warmUpSteps + measuredSteps
    })
  }
  await step.close()
  const totals = profile.totals()
  const compared = comparison(totals, graphMilliseconds)
  const peak = await productPeak(parts, now)
  const { ofGraph, ofStep } = operationsOf(parts, totals)
  const reached = { graph: ofGraph * compared.graphExamplesPerSecond, step: ofStep * compared.examplesPerSecond }
  return { ...compared, products: peak === null ? null : { peak, ...reached } }
}

function comparison(
  { milliseconds, rowCount }: ProfileTotals,
  graphMilliseconds: number,
): Omit<GraphComparison, 'products'> {
  const { bare: _bare, ...phases } = milliseconds
  const total = Object.values(phases).reduce((sum, value) => sum + value, 0)
  const shares = Object.fromEntries(Object.entries(phases).map(([phase, value]) => [phase, value / total]))
  return {
    examplesPerSecond: rowCount / (total / 1000),
    graphExamplesPerSecond: rowCount / (graphMilliseconds / 1000),
    ratioToGraph: graphMilliseconds / total,
    shares,
  }
}
