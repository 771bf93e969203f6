/** The training section of the config with every default filled in. */
import { availableParallelism } from 'node:os'
import type { Config, OptimizerDeclaration } from '../features/index.js'
import { deepDeclaration, defaultOptimizers, wideDeclaration } from '../features/index.js'
import type { ExecutorRequest } from '../graph/index.js'
import { heads } from '../model/index.js'
import type { ResolvedModel } from '../model/index.js'
import { resolveOptimizer } from '../tables/index.js'
import type { ResolvedOptimizer } from '../tables/index.js'
import { trainingConfigInvalid } from './errors.js'
import type { LossReduction } from './loss-scale.js'
import type { ResolvedSchedule } from './schedule.js'
import { resolveSchedule } from './schedule.js'

export interface TrainingSpec {
  readonly batchSize: number
  readonly epochs: number
  readonly seed: number
  readonly patience: number
  readonly metric: string
  readonly isHigherBetter: boolean
  readonly plateau: number
  /** Largest norm of a step's gradients; `null`: any. */
  readonly clipNorm: number | null
  /** Epochs that the average of the weights remembers; 0: none. */
  readonly averaging: number
  /** Share of the optimizers' sums that a warm start keeps. */
  readonly warmStartMemory: number
  readonly threads: number
  /** What runs the dense half, as it was asked. */
  readonly executor: ExecutorRequest
  /** Threads that each take a part of every batch; the others run within a part's products. */
  readonly workers: number
  /** Threads within the products of a part. */
  readonly threadsOfPart: number
  readonly checkpointEvery: CheckpointInterval
  readonly lossReduction: LossReduction
  readonly optimizers: {
    readonly wide: ResolvedOptimizer
    readonly deep: ResolvedOptimizer
    readonly bias: ResolvedOptimizer
  }
  /** How the learning rates of each part change with the steps. */
  readonly schedules: { readonly wide: ResolvedSchedule; readonly deep: ResolvedSchedule }
}

/** Rows of a worker's part: below, products are too small for a thread, and statistics of batch normalisation too noisy. */
const fewestRows = 128

export type CheckpointInterval = { readonly unit: 'steps' | 'milliseconds'; readonly count: number }

/** Fills in the defaults; `isHigherBetter` knows the metrics. Throws `TRAINING_CONFIG_INVALID` with every fault at once. */
export function resolveTraining(
  config: Config,
  model: ResolvedModel,
  isHigherBetter: (metric: string) => boolean,
): TrainingSpec {
  const training = config.training ?? {}
  const metric = training.metric ?? heads[model.head].defaultMetric
  const wide: OptimizerDeclaration = wideDeclaration(config.model)?.optimizer ?? defaultOptimizers.wide
  const deep: OptimizerDeclaration = deepDeclaration(config.model)?.optimizer ?? defaultOptimizers.deep
  const { threads = availableParallelism(), batchSize = 1024 } = training
  const interval = parseInterval(training.checkpointEvery ?? '5m')
  if (!interval) {
    const message = `training.checkpointEvery must be like '5m', '30s' or '100 steps'; got "${String(training.checkpointEvery)}"`
    throw trainingConfigInvalid({ issues: [message] })
  }
  const workers = Math.max(1, Math.min(threads, Math.floor(batchSize / fewestRows)))
  return {
    batchSize,
    epochs: training.epochs ?? 10,
    seed: training.seed ?? 1,
    patience: training.patience ?? 2,
    metric,
    isHigherBetter: isHigherBetter(metric),
    plateau: training.plateau ?? 1,
    clipNorm: training.clipNorm ?? null,
    averaging: training.averaging ?? 0,
    warmStartMemory: training.warmStartMemory ?? 1,
    threads,
    executor: { executor: training.executor ?? 'auto', precision: training.precision ?? 'float32' },
    workers,
    threadsOfPart: Math.max(1, Math.floor(threads / workers)),
    checkpointEvery: interval,
    lossReduction: training.lossReduction ?? 'sum',
    optimizers: {
      wide: optimizerOf(wide, 'model.wide.optimizer'),
      deep: optimizerOf(deep, 'model.deep.optimizer'),
      // The bias is no feature: an L1 penalty must not pull the base rate to one half.
      bias: optimizerOf(withoutPenalties(wide), 'model.wide.optimizer'),
    },
    schedules: schedulesOf({ wide, deep }),
  }
}

function withoutPenalties({ l1: _l1, l2: _l2, ...rest }: OptimizerDeclaration): OptimizerDeclaration {
  return rest
}

function optimizerOf({ schedule: _schedule, ...rest }: OptimizerDeclaration, path: string): ResolvedOptimizer {
  return resolveOptimizer(rest, path)
}

function schedulesOf({
  wide,
  deep,
}: Readonly<Record<'wide' | 'deep', OptimizerDeclaration>>): TrainingSpec['schedules'] {
  const ofWide = resolveSchedule(wide.schedule, 'model.wide.optimizer.schedule')
  const ofDeep = resolveSchedule(deep.schedule, 'model.deep.optimizer.schedule')
  if ('kind' in ofWide && 'kind' in ofDeep) return { wide: ofWide, deep: ofDeep }
  throw trainingConfigInvalid({ issues: [ofWide, ofDeep].flatMap((one) => ('kind' in one ? [] : one)) })
}

function parseInterval(text: string): CheckpointInterval | null {
  const match = /^(\d+)\s*(s|m|h|steps?)$/.exec(text.trim())
  if (!match) return null
  const count = Number(match[1])
  const factors: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 }
  const factor = factors[match[2] ?? '']
  return factor ? { unit: 'milliseconds', count: count * factor } : { unit: 'steps', count }
}
