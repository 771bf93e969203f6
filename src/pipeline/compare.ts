/**
 * Comparisons as one function: every configuration or part is trained with several seeds on the same prepared data, scored
 * on the same rows, and each pair of models gets an interval and a verdict.
 */
import { resolve } from 'node:path'
import { compareRepeated, rowCountOf } from '../evaluation/index.js'
import type { ScoreDifference, ScoredRows } from '../evaluation/index.js'
import type { HeadName } from '../model/index.js'
import { comparedRows, prepareCompared } from './compare-data.js'
import type { ModelPair } from './compare-pairs.js'
import { comparedPairs, ladderPairs } from './compare-pairs.js'
import { planLadder, planModels } from './compare-plan.js'
import type { PlannedModel } from './compare-plan.js'
import { openRunStore } from './compare-run.js'
import type { ModelComparison, SliceComparison } from './compare-scores.js'
import { checkedMetric, modelComparison, sliceComparison } from './compare-scores.js'
import { pairColumns, slicesByPair } from './compare-slices.js'
import type { ComparedTrainingOptions, TrainedModel } from './compare-training.js'
import { trainPlanned } from './compare-training.js'
import type { LoadedConfig } from './config-file.js'

export interface CompareOptions extends Pick<ComparedTrainingOptions, 'signal' | 'onEvent' | 'onFinished'> {
  /** Where finished runs are recorded and found again. Default `runs/compare`. */
  readonly out?: string | undefined
  /** Runs with the seeds 1 to so many. Default 5. */
  readonly seedCount?: number | undefined
  /** `wide`, `deep`, `joint`, `ensemble`, `configured`. Default: the first four of one config, several as configured. */
  readonly parts?: readonly string[] | undefined
  /** The metric of verdicts. Default: `auc` for a binary head, `rmse` for regression. */
  readonly metric?: string | undefined
  /** `validation` (default) or `test`. */
  readonly split?: string | undefined
  /** Numbers of crosses for the ladder of each config; none for the default ladder; `undefined` for no ladder. */
  readonly crosses?: readonly (number | 'all')[] | undefined
  /** Two features that rows are sliced by. Default: the first declared cross of two. */
  readonly pairs?: readonly string[] | undefined
  warn?(text: string): void
  onProgress?(text: string): void
}

export interface CompareResult {
  readonly out: string
  readonly split: string
  readonly rows: number
  readonly metric: string
  readonly seeds: readonly number[]
  readonly models: readonly ModelComparison[]
  readonly differences: readonly ScoreDifference[]
  /** One for each config; empty where none was asked for. */
  readonly ladders: readonly LadderComparison[]
  /** `null` where no pair of features is declared or asked for. */
  readonly slices: SliceComparison | null
}

export interface LadderComparison {
  readonly config: string
  readonly models: readonly ModelComparison[]
  readonly differences: readonly ScoreDifference[]
}

/** Trains what is not recorded yet and compares. Throws `PIPELINE_COMPARE_INTERRUPTED` after a signal. */
export async function compareModels(
  configs: readonly LoadedConfig[],
  options: CompareOptions = {},
): Promise<CompareResult> {
  const out = resolve(options.out ?? 'runs/compare')
  const split = options.split ?? 'validation'
  const seeds = Array.from({ length: options.seedCount ?? 5 }, (_, index) => index + 1)
  const { warn, onProgress } = options
  const compared = await prepareCompared(configs, {
    out,
    ...(warn ? { warn } : {}),
    ...(onProgress ? { onProgress } : {}),
  })
  try {
    const [first] = compared
    if (!first) throw new Error('internal: a comparison without configs')
    const rows = await comparedRows(compared, split)
    const head = first.loaded.config.model?.head ?? 'binary'
    const scene = { head, rows, ...checkedMetric(options.metric, head, rows) }
    const columns = pairColumns(first.loaded.config, first.data, options.pairs)
    const plans = planModels(compared, { parts: options.parts })
    const ladders = options.crosses ? compared.map((data) => planLadder(data, options.crosses ?? [])) : []
    const trained = await trainPlanned([...plans, ...ladders.flat()], openRunStore(out), { ...options, seeds, split })
    onProgress?.('drawing intervals')
    const models = trained.slice(0, plans.length)
    return {
      out,
      split,
      rows: rowCountOf(rows),
      metric: scene.metric,
      seeds,
      ...comparison(models, scene, (values) => comparedPairs(values, scene.isHigherBetter)),
      ladders: ladders.map((ladder) => ladderComparison(ladder, trained, scene)),
      slices: columns && sliceComparison(models, await slicesByPair(first.data, split, columns), scene),
    }
  } finally {
    for (const { data } of compared) data.close()
  }
}

/** What all models are compared by. */
interface Scene {
  readonly head: HeadName
  readonly rows: Omit<ScoredRows, 'scores'>
  readonly metric: string
  readonly isHigherBetter: boolean
}

type Values = readonly (readonly (number | null)[])[]

function comparison(
  trained: readonly TrainedModel[],
  { head, rows, metric }: Scene,
  pairsOf: (values: Values) => ModelPair[],
): Pick<CompareResult, 'models' | 'differences'> {
  const models = trained.map((model) => modelComparison(model, head, rows))
  const pairs = pairsOf(models.map(({ runs }) => runs.map(({ metrics }) => metrics[metric] ?? null)))
  const repeated = trained.map(({ plan, runs }) => ({ name: plan.name, runs: runs.map(({ scores }) => scores) }))
  return { models, differences: compareRepeated({ metric, rows, models: repeated, pairs }) }
}

function ladderComparison(
  ladder: readonly PlannedModel[],
  trained: readonly TrainedModel[],
  scene: Scene,
): LadderComparison {
  const rungs = trained.filter(({ plan }) => ladder.includes(plan))
  const config = ladder[0]?.data.label ?? ''
  return { config, ...comparison(rungs, scene, (values) => ladderPairs(values.length)) }
}
