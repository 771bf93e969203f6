/** Metrics of the models of a comparison: run by run, in summary, and slice by slice. */
import { suggestion } from '../base/index.js'
import type { ScoredRows } from '../evaluation/index.js'
import { evaluatePointwise, metricDeclarations, summarize } from '../evaluation/index.js'
import { heads } from '../model/index.js'
import type { HeadName } from '../model/index.js'
import type { ComparedPart } from './compare-plan.js'
import type { PairSlices } from './compare-slices.js'
import type { TrainedModel } from './compare-training.js'
import { metricUnknown } from './errors.js'

export type Metrics = Readonly<Record<string, number | null>>
export type MetricSummaries = Readonly<Record<string, { readonly mean: number; readonly deviation: number } | null>>

/** A model of a comparison in numbers. */
export interface ModelComparison {
  readonly name: string
  readonly config: string
  readonly part: ComparedPart
  /** Declared crosses it was given; 0 for the deep part. */
  readonly crosses: number
  /** Of one run, all members together. */
  readonly parameterCount: number
  /** Rows of the wide tables that are not zero: mean over runs. */
  readonly wideWeights: number
  readonly summary: MetricSummaries
  readonly runs: readonly RunComparison[]
}

export interface RunComparison {
  readonly seed: number
  /** Of each member, from 0. */
  readonly bestEpochs: readonly number[]
  readonly metrics: Metrics
}

export interface SliceComparison {
  readonly columns: readonly [string, string]
  readonly slices: readonly {
    readonly name: string
    readonly rows: number
    readonly models: readonly {
      readonly name: string
      readonly summary: MetricSummaries
      readonly runs: readonly Metrics[]
    }[]
  }[]
}

/** A trained model on all rows. */
export function modelComparison(
  { plan, runs }: TrainedModel,
  head: HeadName,
  rows: Omit<ScoredRows, 'scores'>,
): ModelComparison {
  const metrics = runs.map(({ scores }) => evaluatePointwise(head, { ...rows, scores }))
  const total = (key: 'parameterCount' | 'wideWeights'): number =>
    summarize(runs.map(({ records }) => records.reduce((sum, record) => sum + record[key], 0))).mean
  return {
    name: plan.name,
    config: plan.data.loaded.path,
    part: plan.part,
    crosses: plan.part === 'deep' ? 0 : plan.crosses,
    parameterCount: total('parameterCount'),
    wideWeights: total('wideWeights'),
    summary: summarizeRuns(metrics),
    runs: runs.map(({ seed, records }, index) => ({
      seed,
      bestEpochs: records.map(({ bestEpoch }) => bestEpoch),
      metrics: metrics[index] ?? {},
    })),
  }
}

/** Trained models on each slice of the rows. */
export function sliceComparison(
  trained: readonly TrainedModel[],
  { columns, slices }: PairSlices,
  { head, rows }: { readonly head: HeadName; readonly rows: Omit<ScoredRows, 'scores'> },
): SliceComparison {
  return {
    columns,
    slices: slices.map(({ name, rows: chosen }) => ({
      name,
      rows: chosen.length,
      models: trained.map(({ plan, runs }) => {
        const metrics = runs.map(({ scores }) => evaluatePointwise(head, someRows({ ...rows, scores }, chosen)))
        return { name: plan.name, summary: summarizeRuns(metrics), runs: metrics }
      }),
    })),
  }
}

/** The metric of verdicts and its direction; throws `PIPELINE_METRIC_UNKNOWN` where these rows cannot have it. */
export function checkedMetric(
  asked: string | undefined,
  head: HeadName,
  { groups }: Omit<ScoredRows, 'scores'>,
): { readonly metric: string; readonly isHigherBetter: boolean } {
  const metric = asked ?? heads[head].defaultMetric
  const known = metricDeclarations.filter(
    ({ better, heads, isGrouped }) => better !== 'neither' && heads.includes(head) && (groups || isGrouped !== true),
  )
  const declared = known.find(({ name }) => name === metric)
  const hint = (): string =>
    suggestion(
      metric,
      known.map(({ name }) => name),
    )
  if (!declared) throw metricUnknown({ asked: '--metric', metric, hint: hint() })
  return { metric, isHigherBetter: declared.better === 'higher' }
}

/** Mean and standard deviation of each metric over runs; `null` where a run has none. */
function summarizeRuns(runs: readonly Metrics[]): MetricSummaries {
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const values = runs.flatMap((run) => run[name] ?? [])
      return [name, values.length === runs.length ? summarize(values) : null]
    }),
  )
}

/** Some of the rows, with their labels, weights and groups. */
function someRows(rows: ScoredRows, chosen: readonly number[]): ScoredRows {
  const { scores, labels, weights, groups, width = 1, labelWidth = 1 } = rows
  return {
    width,
    labelWidth,
    scores: Float64Array.from(gathered(scores, chosen, width)),
    labels: Float32Array.from(gathered(labels, chosen, labelWidth)),
    ...(weights ? { weights: Float32Array.from(gathered(weights, chosen, 1)) } : {}),
    ...(groups ? { groups: Int32Array.from(gathered(groups, chosen, 1)) } : {}),
  }
}

/** The `width` numbers of each chosen row. */
const gathered = (values: ArrayLike<number>, chosen: readonly number[], width: number): number[] =>
  chosen.flatMap((row) => Array.from({ length: width }, (_, place) => values[row * width + place] ?? 0))
