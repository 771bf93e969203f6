/** The whole step beside the bare graph: same shapes, same threads, no tables, no reading. */
import { createBatches } from '../data/index.js'
import type { PreparedData } from '../data/index.js'
import { createModelState, createStepProfile, createTrainingStep } from '../training/index.js'
import type { ModelParts } from '../training/index.js'

export interface GraphComparison {
  /** Examples per second of whole steps, reading included. */
  readonly examplesPerSecond: number
  /** Examples per second of the graph alone. */
  readonly graphExamplesPerSecond: number
  readonly ratioToGraph: number
  /** Share of the time by phase of a step. */
  readonly shares: Readonly<Record<string, number>>
}

const warmUpSteps = 5
const measuredSteps = 40

/** Runs steps on real batches with a fresh model and tells where the time goes; graph and step are timed in the same run. */
export async function compareWithGraph(parts: ModelParts, data: PreparedData): Promise<GraphComparison> {
  const warmUp = createStepProfile(() => performance.now())
  const measured = createStepProfile(() => performance.now())
  let profile = warmUp
  const switching = {
    enter: (phase: Parameters<typeof warmUp.enter>[0]) => profile.enter(phase),
    leave: (rows: number) => profile.leave(rows),
    totals: () => profile.totals(),
  }
  const step = await createTrainingStep(parts, createModelState(parts), switching)
  const { batchSize, seed } = parts.spec
  let count = 0
  for (let epoch = 0; count < warmUpSteps + measuredSteps; epoch++) {
    for await (const batch of createBatches(data.split('train'), {
      batchSize,
      seed,
      epoch,
      shuffle: true,
      firstBatch: 0,
    })) {
      if (count === warmUpSteps) {
        profile = measured
        measured.enter('read')
      }
      await step.run(batch, { epoch, step: count, learningRateScale: 1 })
      if (++count >= warmUpSteps + measuredSteps) break
    }
  }
  await step.close()
  return comparison(measured.totals())
}

function comparison({
  milliseconds,
  rowCount,
}: ReturnType<ReturnType<typeof createStepProfile>['totals']>): GraphComparison {
  const total = Object.values(milliseconds).reduce((sum, value) => sum + value, 0)
  const graph = milliseconds['graph'] ?? 0
  const shares: Record<string, number> = {}
  for (const [phase, value] of Object.entries(milliseconds)) shares[phase] = value / total
  return {
    examplesPerSecond: rowCount / (total / 1000),
    graphExamplesPerSecond: rowCount / (graph / 1000),
    ratioToGraph: graph / total,
    shares,
  }
}
