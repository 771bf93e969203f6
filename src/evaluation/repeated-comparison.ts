/**
 * Differences between models that were each trained several times, on the same rows. The number compared is the metric's
 * mean over a model's runs: what one training gives on average, not what an average of all its runs would score. Its
 * interval counts both sources of luck: each resample draws the rows (the same for every run of every model: paired) and,
 * for each model by itself, the runs. Luck of single rows in single runs is counted on both sides: it errs towards noise.
 */
import { randomInteger, randomKey } from '../base/index.js'
import type { BootstrapOptions } from './bootstrap.js'
import { percentiles, resampledUnits, unitsOf } from './bootstrap.js'
import { ascendingOrder } from './kernels/radix-sort.js'
import type { Metric, ScoredRows } from './metric.js'
import { rowCountOf } from './metric.js'
import { metrics } from './metrics/index.js'

/** `noise`: the interval holds zero, so the data cannot tell the two apart. */
export type Verdict = 'better' | 'worse' | 'noise'

/** A model's scores of every row, once for each run. */
export interface RepeatedScores {
  readonly name: string
  readonly runs: readonly ScoredRows['scores'][]
}

export interface ScoreDifference {
  readonly model: string
  readonly reference: string
  /** Mean of the metric over the model's runs, minus that over the reference's. */
  readonly value: number
  readonly low: number
  readonly high: number
  readonly verdict: Verdict
}

export interface RepeatedComparison {
  readonly metric: string
  readonly rows: Omit<ScoredRows, 'scores' | 'order'>
  readonly models: readonly RepeatedScores[]
  /** Indices of model and reference. */
  readonly pairs: readonly (readonly [model: number, reference: number])[]
}

/** The difference of each pair with its interval and verdict; pairs for which the metric is undefined are left out. */
export function compareRepeated(comparison: RepeatedComparison, options: BootstrapOptions = {}): ScoreDifference[] {
  const metric = metrics.find(({ name }) => name === comparison.metric)
  if (!metric) return []
  const ordered = comparison.models.map(({ runs }) => runs.map((scores) => ({ scores, order: ascendingOrder(scores) })))
  const own = ordered.map((runs) => mean(runMetrics(metric, comparison.rows, runs)))
  const resampled = resampledMeans({ metric, rows: comparison.rows, models: ordered }, options)
  return comparison.pairs.flatMap(([model, reference]) => {
    const value = difference(own, model, reference)
    if (value === null) return []
    const drawn = resampled.flatMap((means) => difference(means, model, reference) ?? [])
    const interval = percentiles(drawn, value, options.level)
    const named = { model: nameOf(comparison, model), reference: nameOf(comparison, reference) }
    return [{ ...named, value, ...interval, verdict: verdictOf(interval, metric.better === 'lower') }]
  })
}

/** In words: whether an interval of a difference lies on one side of zero, and whether that is the good one. */
export function verdictOf(
  { low, high }: { readonly low: number; readonly high: number },
  isLowerBetter: boolean,
): Verdict {
  if (low <= 0 && high >= 0) return 'noise'
  return low > 0 === isLowerBetter ? 'worse' : 'better'
}

type OrderedRuns = readonly Required<Pick<ScoredRows, 'scores' | 'order'>>[]

interface Resampled {
  readonly metric: Metric
  readonly rows: RepeatedComparison['rows']
  readonly models: readonly OrderedRuns[]
}

/** For each resample, the mean of each model's drawn runs on the drawn rows. */
function resampledMeans({ metric, rows, models }: Resampled, options: BootstrapOptions): (number | null)[][] {
  const { units, unitCount } = unitsOf(rows)
  const weights = new Float32Array(rowCountOf(rows))
  const all: (number | null)[][] = []
  for (const draws of resampledUnits(unitCount, options)) {
    for (let row = 0; row < weights.length; row++)
      weights[row] = (rows.weights?.[row] ?? 1) * (draws[units?.[row] ?? row] ?? 0)
    const key = randomKey(options.seed ?? 1, 'runs', all.length)
    all.push(models.map((runs, index) => mean(drawnOf(runMetrics(metric, { ...rows, weights }, runs), key, index))))
  }
  return all
}

function runMetrics(metric: Metric, rows: RepeatedComparison['rows'], runs: OrderedRuns): (number | null)[] {
  return runs.map((run) => metric.compute({ ...rows, ...run }))
}

/** As many runs as there are, drawn with replacement. */
function drawnOf(runs: readonly (number | null)[], key: number, model: number): (number | null)[] {
  return runs.map((_, index) => runs[randomInteger(key, model * runs.length + index, runs.length)] ?? null)
}

/** `null` where one of the values is undefined: a mean over fewer runs would be another number. */
function mean(values: readonly (number | null)[]): number | null {
  let sum = 0
  for (const value of values) {
    if (value === null) return null
    sum += value
  }
  return values.length > 0 ? sum / values.length : null
}

function difference(means: readonly (number | null)[], model: number, reference: number): number | null {
  const own = means[model] ?? null
  const other = means[reference] ?? null
  return own === null || other === null ? null : own - other
}

const nameOf = ({ models }: RepeatedComparison, index: number): string => models[index]?.name ?? ''
