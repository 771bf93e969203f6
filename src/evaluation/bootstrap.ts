/** Bootstrap intervals (Efron 1979, percentiles): what a metric might have been on other rows of the same kind. */
import { randomInteger, randomKey } from '../base/index.js'
import { ascendingOrder } from './kernels/radix-sort.js'
import type { ScoredRows } from './metric.js'
import { rowCountOf } from './metric.js'
import { metrics } from './metrics/index.js'

export interface BootstrapOptions {
  /** Default 500: the ends of a 95 % interval then rest on a dozen resamples each. */
  readonly resamples?: number
  /** Share of resamples inside the interval, in (0, 1). Default 0.95. */
  readonly level?: number
  /** Default 1. The same seed gives the same interval. */
  readonly seed?: number
}

export interface BootstrapInterval {
  /** On the rows as they are. */
  readonly value: number
  readonly low: number
  readonly high: number
  /** Resamples on which the statistic was undefined (one class only, say) and which are left out. */
  readonly undefinedCount: number
}

/**
 * The interval of a statistic of independent units. The statistic receives how often each unit was drawn (all 1 for the
 * units as they are) and answers `null` where it is undefined; an answer of `null` on the units as they are gives `null`.
 */
export function bootstrapInterval(
  unitCount: number,
  statistic: (draws: Float32Array) => number | null,
  { resamples = 500, level = 0.95, seed = 1 }: BootstrapOptions = {},
): BootstrapInterval | null {
  const value = unitCount > 0 ? statistic(new Float32Array(unitCount).fill(1)) : null
  if (value === null) return null
  const drawn: number[] = []
  for (const draws of resampledUnits(unitCount, { resamples, seed })) {
    const one = statistic(draws)
    if (one !== null) drawn.push(one)
  }
  return { value, ...percentiles(drawn, value, level), undefinedCount: resamples - drawn.length }
}

/** How often each unit was drawn, resample by resample; one array, filled anew each time. */
export function* resampledUnits(
  unitCount: number,
  { resamples = 500, seed = 1 }: BootstrapOptions,
): Generator<Float32Array> {
  const draws = new Float32Array(unitCount)
  for (let resample = 0; resample < resamples; resample++) {
    const key = randomKey(seed, 'bootstrap', resample)
    draws.fill(0)
    for (let i = 0; i < unitCount; i++) {
      const unit = randomInteger(key, i, unitCount)
      draws[unit] = (draws[unit] ?? 0) + 1
    }
    yield draws
  }
}

/** The ends of the percentile interval of resampled values; `value` itself where there are none. */
export function percentiles(drawn: readonly number[], value: number, level = 0.95): { low: number; high: number } {
  const ascending = [...drawn].sort((a, b) => a - b)
  return {
    low: quantile(ascending, (1 - level) / 2) ?? value,
    high: quantile(ascending, (1 + level) / 2) ?? value,
  }
}

/**
 * The interval of a pointwise metric by its name. With `baseline` (scores of another model on the same rows) it is the
 * interval of the difference, model minus baseline, on the same resamples: paired. Rows with `groups` are drawn by whole
 * group, since rows of one user are not independent. A drawn unit counts by weight, so no row is copied; each resample
 * costs one computation of the metric (two when paired). `null` where the metric is undefined or has no such name.
 */
export function bootstrapMetric(
  name: string,
  { baseline, ...rows }: ScoredRows & { readonly baseline?: ScoredRows['scores'] },
  options: BootstrapOptions = {},
): BootstrapInterval | null {
  const metric = metrics.find((one) => one.name === name)
  if (!metric) return null
  const { units, unitCount } = unitsOf(rows)
  const weights = new Float32Array(rowCountOf(rows))
  // Scores stay as they are in every resample: sorted once.
  const own = withOrder(rows)
  const other = baseline && withOrder({ ...rows, scores: baseline })
  const statistic = (draws: Float32Array): number | null => {
    for (let row = 0; row < weights.length; row++)
      weights[row] = (rows.weights?.[row] ?? 1) * (draws[units?.[row] ?? row] ?? 0)
    const value = metric.compute({ ...own, weights })
    if (!other || value === null) return value
    const before = metric.compute({ ...other, weights })
    return before === null ? null : value - before
  }
  return bootstrapInterval(unitCount, statistic, options)
}

const withOrder = (rows: ScoredRows): ScoredRows =>
  (rows.width ?? 1) === 1 ? { ...rows, order: ascendingOrder(rows.scores) } : rows

/** The unit of each row that is drawn as a whole: its group, numbered from 0, or (`units` is `null`) the row itself. */
export function unitsOf(rows: Pick<ScoredRows, 'groups' | 'labels' | 'labelWidth'>): {
  readonly units: Int32Array | null
  readonly unitCount: number
} {
  const { groups } = rows
  if (!groups) return { units: null, unitCount: rowCountOf(rows) }
  const units = new Int32Array(groups.length)
  let unitCount = 0
  let previous: number | undefined
  for (const row of ascendingOrder(groups)) {
    if (groups[row] !== previous) unitCount++
    previous = groups[row]
    units[row] = unitCount - 1
  }
  return { units, unitCount }
}

/** By linear interpolation between order statistics; `undefined` of nothing. */
function quantile(ascending: readonly number[], share: number): number | undefined {
  const at = share * (ascending.length - 1)
  const below = ascending[Math.floor(at)]
  const above = ascending[Math.ceil(at)]
  return below === undefined || above === undefined ? undefined : below + (at - Math.floor(at)) * (above - below)
}
